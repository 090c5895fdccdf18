// BufferCodec: the store in which suppress holds changes back, typed. Thread rule: owner thread
// only; values until opened.
#pragma once

#include <pawl/engine/processing_context.h>
#include <pawl/model/assert.h>
#include <pawl/serde/serde.h>
#include <pawl/statestore/time_ordered_buffer.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class BufferCodec {
 public:
  BufferCodec(std::string store, Serde<K> key, Serde<V> value)
      : store_(std::move(store)), key_(std::move(key)), value_(std::move(value)) {}

  TimeOrderedBuffer& open(ProcessingContext& context) const {
    auto* const buffer = dynamic_cast<TimeOrderedBuffer*>(&context.state_store(store_));
    PAWL_ASSERT(buffer != nullptr, store_);
    return *buffer;
  }
  // Lifetime: until the next call.
  BytesView key_bytes(const K& key) {
    key_bytes_.clear();
    key_.encode(key, key_bytes_);
    return key_bytes_;
  }
  void encode(const V* value, std::optional<Bytes>& out) const {
    if (value != nullptr) {
      value_.encode(*value, out.emplace());
    }
  }
  void decode_key(BytesView bytes, K& key) const { check(key_.decode(bytes, key)); }
  // Returns: `value`, or null where there is none.
  const V* decode(const std::optional<Bytes>& bytes, V& value) const {
    if (!bytes.has_value()) {
      return nullptr;
    }
    check(value_.decode(*bytes, value));
    return &value;
  }

 private:
  void check(const Result<void>& decoded) const {
    if (!decoded.has_value()) {
      throw StoreFailure({ErrorKind::fatal, "store " + store_ + ": " + decoded.error().message});
    }
  }

  std::string store_;
  Serde<K> key_;
  Serde<V> value_;
  Bytes key_bytes_;
};

}  // namespace pawl::internal

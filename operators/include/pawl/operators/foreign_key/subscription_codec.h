// The bytes of subscriptions and their answers:
//   subscription := u8 version (bit 7: no hash) ‖ u8 instruction ‖ [hash] ‖ primary key ‖ [i32
//   primary
//                   partition, since version 1]
//   response     := u8 version (bit 7: no hash) ‖ [hash] ‖ foreign value
//   hash         := i64 ‖ i64
// A response of version 0 without a foreign value and one with an empty one are the same bytes,
// and mean none. Version 1 is pawl's own: the foreign value is there, though its encoding is empty.
// Source: SubscriptionWrapperSerde, SubscriptionResponseWrapperSerde. Thread rule: as Serde.
#pragma once

#include <pawl/operators/foreign_key/subscription.h>
#include <pawl/serde/serde.h>

#include <memory>
#include <optional>
#include <utility>

namespace pawl::internal {

inline constexpr unsigned char kNoHash = 0x80;
inline constexpr std::size_t kHashSize = 16;

inline void append_hash(const std::optional<Hash128>& hash, Bytes& out) {
  if (hash.has_value()) {
    big_endian::append_i64(static_cast<std::int64_t>(hash->high), out);
    big_endian::append_i64(static_cast<std::int64_t>(hash->low), out);
  }
}

// Takes a hash from the front of `bytes`, unless the version says that there is none. Returns:
// false when it is not complete.
inline bool take_hash(unsigned char version, BytesView& bytes, std::optional<Hash128>& hash) {
  hash.reset();
  if ((version & kNoHash) != 0) {
    return true;
  }
  if (bytes.size() < kHashSize) {
    return false;
  }
  hash = Hash128{static_cast<std::uint64_t>(big_endian::load_i64(bytes.data())),
                 static_cast<std::uint64_t>(big_endian::load_i64(bytes.data() + 8))};
  bytes.remove_prefix(kHashSize);
  return true;
}

template <class K>
class SubscriptionCodec final : public Codec<Subscription<K>> {
 public:
  explicit SubscriptionCodec(Serde<K> key) : key_(std::move(key)) {}

  void encode(const Subscription<K>& value, Bytes& out) const override {
    const unsigned char version = value.primary_partition.has_value() ? 1 : 0;
    out += static_cast<char>(version | (value.hash.has_value() ? 0U : kNoHash));
    out += static_cast<char>(value.instruction);
    append_hash(value.hash, out);
    key_.encode(value.primary_key, out);
    if (value.primary_partition.has_value()) {
      big_endian::append_i32(value.primary_partition->value(), out);
    }
  }

  Result<void> decode(BytesView bytes, Subscription<K>& value) const override {
    if (bytes.size() < 2) {
      return malformed();
    }
    const auto version = static_cast<unsigned char>(bytes[0]);
    const auto instruction = static_cast<unsigned char>(bytes[1]);
    bytes.remove_prefix(2);
    if ((version & ~kNoHash) > 1 || instruction > kInstructionMax ||
        !take_hash(version, bytes, value.hash)) {
      return malformed();
    }
    value.instruction = static_cast<SubscriptionInstruction>(instruction);
    value.primary_partition.reset();
    if ((version & ~kNoHash) == 1) {
      if (bytes.size() < 4) {
        return malformed();
      }
      value.primary_partition = PartitionId(big_endian::load_i32(bytes.data() + bytes.size() - 4));
      bytes.remove_suffix(4);
    }
    return key_.decode(bytes, value.primary_key);
  }

 private:
  static constexpr unsigned char kInstructionMax = 3;
  static Error malformed() {
    return {ErrorKind::invalid_record, "this is no subscription of a foreign-key join"};
  }
  Serde<K> key_;
};

// Which answers are told apart (see above).
enum class EmptyForeignValues { as_none, as_values };

template <class V>
class SubscriptionResponseCodec final : public Codec<SubscriptionResponse<V>> {
 public:
  SubscriptionResponseCodec(Serde<V> value, EmptyForeignValues empty)
      : value_(std::move(value)), empty_(empty) {}

  void encode(const SubscriptionResponse<V>& value, Bytes& out) const override {
    const std::size_t begin = out.size();
    out += static_cast<char>(value.hash.has_value() ? 0U : kNoHash);
    append_hash(value.hash, out);
    const std::size_t head = out.size();
    if (value.foreign_value.has_value()) {
      value_.encode(*value.foreign_value, out);
      if (out.size() == head && empty_ == EmptyForeignValues::as_values) {
        out[begin] = static_cast<char>(static_cast<unsigned char>(out[begin]) | 1U);
      }
    }
  }

  Result<void> decode(BytesView bytes, SubscriptionResponse<V>& value) const override {
    value.foreign_value.reset();
    value.primary_partition.reset();
    if (bytes.empty()) {
      return malformed();
    }
    const auto version = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    if ((version & ~kNoHash) > 1 || !take_hash(version, bytes, value.hash)) {
      return malformed();
    }
    if (bytes.empty() && (version & ~kNoHash) == 0) {
      return {};
    }
    return value_.decode(bytes, value.foreign_value.emplace());
  }

 private:
  static Error malformed() {
    return {ErrorKind::invalid_record, "this is no answer of a foreign-key join"};
  }
  Serde<V> value_;
  EmptyForeignValues empty_;
};

template <class K>
Serde<Subscription<K>> subscription_serde(Serde<K> key) {
  return Serde<Subscription<K>>(std::make_shared<SubscriptionCodec<K>>(std::move(key)));
}
template <class V>
Serde<SubscriptionResponse<V>> subscription_response_serde(
    Serde<V> value, EmptyForeignValues empty = EmptyForeignValues::as_values) {
  return Serde<SubscriptionResponse<V>>(
      std::make_shared<SubscriptionResponseCodec<V>>(std::move(value), empty));
}

}  // namespace pawl::internal

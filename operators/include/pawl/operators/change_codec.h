// OwnedChange<V>: a change that owns its values: what a table that is regrouped sends through its
// repartition topic: what to add to a group, what to take away, or both. Serde:
//   value := old ‖ 00  |  new ‖ 01  |  varint(new length) ‖ new ‖ old ‖ 02
// the varint is Kafka's zigzag. What newer versions write with a flag for updates of the past is
// read as well: old ‖ latest ‖ 03, new ‖ latest ‖ 04, ... ‖ latest ‖ 05.
// Source: ChangedSerializer, ChangedDeserializer (KIP-904).
// Thread rule: values; the codec as Serde.
#pragma once

#include <pawl/model/assert.h>
#include <pawl/operators/zigzag.h>
#include <pawl/serde/serde.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace pawl::internal {

template <class V>
struct OwnedChange {
  std::optional<V> new_value;
  std::optional<V> old_value;
};

template <class V>
class ChangeCodec final : public Codec<OwnedChange<V>> {
 public:
  explicit ChangeCodec(Serde<V> inner) : inner_(std::move(inner)) {}

  void encode(const OwnedChange<V>& value, Bytes& out) const override {
    PAWL_ASSERT(value.new_value.has_value() || value.old_value.has_value());
    if (!value.old_value.has_value()) {
      inner_.encode(*value.new_value, out);
      out += kNewOnly;
    } else if (!value.new_value.has_value()) {
      inner_.encode(*value.old_value, out);
      out += kOldOnly;
    } else {
      const Bytes encoded = inner_.encode(*value.new_value);
      append_zigzag(static_cast<std::int32_t>(encoded.size()), out);
      out += encoded;
      inner_.encode(*value.old_value, out);
      out += kBoth;
    }
  }

  Result<void> decode(BytesView bytes, OwnedChange<V>& value) const override {
    value.new_value.reset();
    value.old_value.reset();
    if (bytes.empty()) {
      return malformed();
    }
    char kind = bytes.back();
    bytes.remove_suffix(1);
    if (kind >= kOldOnly + kWithLatest && kind <= kBoth + kWithLatest && !bytes.empty()) {
      kind = static_cast<char>(kind - kWithLatest);
      bytes.remove_suffix(1);
    }
    switch (kind) {
      case kOldOnly:
        return inner_.decode(bytes, value.old_value.emplace());
      case kNewOnly:
        return inner_.decode(bytes, value.new_value.emplace());
      case kBoth:
        return decode_both(bytes, value);
      default:
        return malformed();
    }
  }

 private:
  static constexpr char kOldOnly = 0;
  static constexpr char kNewOnly = 1;
  static constexpr char kBoth = 2;
  static constexpr char kWithLatest = 3;

  static Error malformed() {
    return {ErrorKind::invalid_record, "this is no change of a regrouped table"};
  }
  Result<void> decode_both(BytesView bytes, OwnedChange<V>& value) const {
    const std::optional<std::int32_t> size = take_zigzag(bytes);
    if (!size.has_value() || *size < 0 || static_cast<std::size_t>(*size) > bytes.size()) {
      return malformed();
    }
    PAWL_TRY(
        inner_.decode(bytes.substr(0, static_cast<std::size_t>(*size)), value.new_value.emplace()));
    return inner_.decode(bytes.substr(static_cast<std::size_t>(*size)), value.old_value.emplace());
  }

  Serde<V> inner_;
};

template <class V>
Serde<OwnedChange<V>> change_serde(Serde<V> inner) {
  return Serde<OwnedChange<V>>(std::make_shared<ChangeCodec<V>>(std::move(inner)));
}

}  // namespace pawl::internal

// Serdes of lists: `serde::list(inner)` for std::vector<T>, `serde::nullable_list(inner)` for
// std::vector<std::optional<T>>, whose entries may be Kafka's null. The same bytes:
//   list  := 00 ‖ i32 nulls ‖ (i32 index)* ‖ i32 count ‖ entry*      entries of one size
//   (FixedSize)
//          | 01 ‖ i32 count ‖ (i32 size (-1 = null) ‖ entry)*        others
// `count` counts the nulls too. docs/formats/list.md.
// Source: ListSerializer, ListDeserializer. Thread rule: as Serde.
#pragma once

#include <pawl/serde/fixed_size.h>
#include <pawl/serde/serde.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pawl {

namespace internal {

// Cuts a list into its entries, which view `bytes`. `entry_size`: of types of one size.
// Errors: invalid_record.
Result<std::vector<NullableBytesView>> entries_of_list(BytesView bytes,
                                                       std::optional<std::size_t> entry_size);

template <class T>
struct ListEntry {
  using Value = T;
  static const T* value_of(const T& entry) { return &entry; }
};
template <class T>
struct ListEntry<std::optional<T>> {
  using Value = T;
  static const T* value_of(const std::optional<T>& entry) {
    return entry.has_value() ? &*entry : nullptr;
  }
};

}  // namespace internal

// `Entry`: T, or std::optional<T>.
template <class Entry>
class ListCodec final : public Codec<std::vector<Entry>> {
 public:
  using Value = typename internal::ListEntry<Entry>::Value;

  explicit ListCodec(Serde<Value> inner) : inner_(std::move(inner)) {
    if (const auto* fixed = dynamic_cast<const FixedSize*>(&inner_.codec())) {
      entry_size_ = fixed->encoded_size();
    }
  }

  void encode(const std::vector<Entry>& list, Bytes& out) const override {
    out += entry_size_.has_value() ? '\0' : '\1';
    if (entry_size_.has_value()) {
      append_nulls(list, out);
    }
    big_endian::append_i32(static_cast<std::int32_t>(list.size()), out);
    for (const Entry& entry : list) {
      const Value* value = internal::ListEntry<Entry>::value_of(entry);
      if (entry_size_.has_value()) {
        if (value != nullptr) {
          inner_.encode(*value, out);
        }
        continue;
      }
      const std::size_t at = out.size();
      big_endian::append_i32(kNull, out);
      if (value != nullptr) {
        inner_.encode(*value, out);
        big_endian::store_i32(static_cast<std::int32_t>(out.size() - at - 4), out.data() + at);
      }
    }
  }

  Result<void> decode(BytesView bytes, std::vector<Entry>& list) const override {
    const std::vector<NullableBytesView> entries =
        PAWL_TRY(internal::entries_of_list(bytes, entry_size_));
    list.clear();
    list.reserve(entries.size());
    for (const NullableBytesView& entry : entries) {
      if (entry.has_value()) {
        Value value{};
        PAWL_TRY(inner_.decode(*entry, value));
        list.push_back(std::move(value));
      } else if constexpr (std::is_same_v<Entry, Value>) {
        return Error{ErrorKind::invalid_record,
                     "a list has no value at " + std::to_string(list.size()) +
                         ": read lists with nulls with serde::nullable_list"};
      } else {
        list.push_back(std::nullopt);
      }
    }
    return {};
  }

 private:
  static constexpr std::int32_t kNull = -1;

  static void append_nulls(const std::vector<Entry>& list, Bytes& out) {
    const std::size_t at = out.size();
    big_endian::append_i32(0, out);
    std::int32_t nulls = 0;
    std::int32_t index = 0;
    for (const Entry& entry : list) {
      if (internal::ListEntry<Entry>::value_of(entry) == nullptr) {
        big_endian::append_i32(index, out);
        ++nulls;
      }
      ++index;
    }
    big_endian::store_i32(nulls, out.data() + at);
  }

  Serde<Value> inner_;
  std::optional<std::size_t> entry_size_;
};

namespace serde {

template <class T>
Serde<std::vector<T>> list(Serde<T> inner) {
  return Serde<std::vector<T>>(std::make_shared<ListCodec<T>>(std::move(inner)));
}
template <class T>
Serde<std::vector<std::optional<T>>> nullable_list(Serde<T> inner) {
  return Serde<std::vector<std::optional<T>>>(
      std::make_shared<ListCodec<std::optional<T>>>(std::move(inner)));
}

}  // namespace serde

template <class Entry>
  requires HasDefaultSerde<typename internal::ListEntry<Entry>::Value>
struct DefaultSerde<std::vector<Entry>> {
  static Serde<std::vector<Entry>> make() {
    using Value = typename internal::ListEntry<Entry>::Value;
    return Serde<std::vector<Entry>>(
        std::make_shared<ListCodec<Entry>>(DefaultSerde<Value>::make()));
  }
};

}  // namespace pawl

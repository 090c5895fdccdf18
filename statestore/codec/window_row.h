// Keys of window rows. Three forms, docs/formats/window_key.md:
//   changelog  := key ‖ i64 start ‖ i32 sequence          (Source: WindowKeySchema)
//   key_first  := the same bytes
//   time_first := i64 start ‖ key [‖ i32 sequence]        (sequence: stores that keep duplicates)
// The sequence is 0 unless the store keeps duplicates. Integers are big-endian; starts are never
// negative. Thread rule: values.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/timestamp.h>
#include <pawl/statestore/store_spec.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pawl::internal {

struct WindowRow {
  BytesView key;
  Timestamp start;
  std::int32_t sequence = 0;
};

inline constexpr std::size_t kWindowSuffixSize = 12;

// Overwrites `out` with the changelog form.
void encode_changelog_window_key(const WindowRow& row, Bytes& out);
// Returns: the parts, viewing `bytes`, or nothing when there are fewer than 12 bytes.
std::optional<WindowRow> decode_changelog_window_key(BytesView bytes);

// The largest row, in changelog form, of a key up to `key_to` and a start up to `latest_start`: it
// may be one of a prefix of `key_to`, but of none shorter than `shortest_key`. Overwrites `out`.
// Source: OrderedBytes, where that is 1.
void window_upper_bound(BytesView key_to, Timestamp latest_start, std::size_t shortest_key,
                        Bytes& out);

// The index by key of a time_first store, behind the rows of each segment (a start is never
// negative, so no row begins with ff):
//   index := ff ‖ key ‖ i64 start        value: empty
// Overwrites `out`.
void encode_window_index(BytesView key, Timestamp start, Bytes& out);
[[nodiscard]] inline bool is_window_index(BytesView row) {
  return !row.empty() && row.front() == '\xff';
}
// Returns: the start in an index row.
[[nodiscard]] Timestamp start_of_window_index(BytesView row);

// The local form of one store.
class WindowRowCodec {
 public:
  WindowRowCodec(WindowLayout layout, bool retain_duplicates)
      : layout_(layout), sequenced_(retain_duplicates) {}

  void encode(const WindowRow& row, Bytes& out) const;
  // Requires: `bytes` were written by this codec.
  [[nodiscard]] WindowRow decode(BytesView bytes) const;

  // Where the key lies in an encoded row: rows of one key form a group of the overlay in a
  // key_first store, while a time_first store looks every row up by itself.
  struct Group {
    std::size_t at;
    std::size_t size;
  };
  [[nodiscard]] Group group_of(BytesView encoded) const;

  // The smallest and largest row of one key between two starts (key_first), or of any key
  // (time_first).
  void lower_bound(BytesView key, Timestamp from, Bytes& out) const;
  void upper_bound(BytesView key, Timestamp to, Bytes& out) const;

  [[nodiscard]] WindowLayout layout() const { return layout_; }

 private:
  WindowLayout layout_;
  bool sequenced_;
};

}  // namespace pawl::internal

#include "codec/window_row.h"

#include <pawl/model/assert.h>

#include <limits>

namespace pawl::internal {

void encode_changelog_window_key(const WindowRow& row, Bytes& out) {
  out.resize(row.key.size() + kWindowSuffixSize);
  if (!row.key.empty()) {
    std::memcpy(out.data(), row.key.data(), row.key.size());
  }
  big_endian::store_i64(row.start.value(), out.data() + row.key.size());
  big_endian::store_i32(row.sequence, out.data() + row.key.size() + 8);
}

std::optional<WindowRow> decode_changelog_window_key(BytesView bytes) {
  if (bytes.size() < kWindowSuffixSize) {
    return std::nullopt;
  }
  const std::size_t key_size = bytes.size() - kWindowSuffixSize;
  return WindowRow{bytes.substr(0, key_size),
                   Timestamp(big_endian::load_i64(bytes.data() + key_size)),
                   big_endian::load_i32(bytes.data() + key_size + 8)};
}

void window_upper_bound(BytesView key_to, Timestamp latest_start, std::size_t shortest_key,
                        Bytes& out) {
  Bytes suffix;
  encode_changelog_window_key({"", latest_start, std::numeric_limits<std::int32_t>::max()}, suffix);
  out = Bytes(key_to) + suffix;
  // Behind a short key, the bytes of a start may be larger than the rest of a longer key.
  for (std::size_t size = key_to.size(); size-- > shortest_key;) {
    if (suffix > BytesView(out).substr(size)) {
      out.replace(size, Bytes::npos, suffix);
    }
  }
}

void encode_window_index(BytesView key, Timestamp start, Bytes& out) {
  out.assign(1, '\xff');
  out += key;
  big_endian::append_i64(start.value(), out);
}

Timestamp start_of_window_index(BytesView row) {
  PAWL_ASSERT(row.size() >= 9, row.size());
  return Timestamp(big_endian::load_i64(row.data() + row.size() - 8));
}

void WindowRowCodec::encode(const WindowRow& row, Bytes& out) const {
  if (layout_ == WindowLayout::key_first) {
    encode_changelog_window_key(row, out);
    return;
  }
  out.resize(8 + row.key.size() + (sequenced_ ? 4 : 0));
  big_endian::store_i64(row.start.value(), out.data());
  if (!row.key.empty()) {
    std::memcpy(out.data() + 8, row.key.data(), row.key.size());
  }
  if (sequenced_) {
    big_endian::store_i32(row.sequence, out.data() + 8 + row.key.size());
  }
}

WindowRow WindowRowCodec::decode(BytesView bytes) const {
  if (layout_ == WindowLayout::key_first) {
    const auto row = decode_changelog_window_key(bytes);
    PAWL_ASSERT(row.has_value(), bytes.size());
    return *row;
  }
  const std::size_t tail = sequenced_ ? 4 : 0;
  PAWL_ASSERT(bytes.size() >= 8 + tail, bytes.size());
  return {bytes.substr(8, bytes.size() - 8 - tail), Timestamp(big_endian::load_i64(bytes.data())),
          sequenced_ ? big_endian::load_i32(bytes.data() + bytes.size() - 4) : 0};
}

WindowRowCodec::Group WindowRowCodec::group_of(BytesView encoded) const {
  return layout_ == WindowLayout::key_first ? Group{0, encoded.size() - kWindowSuffixSize}
                                            : Group{0, encoded.size()};
}

void WindowRowCodec::lower_bound(BytesView key, Timestamp from, Bytes& out) const {
  if (layout_ == WindowLayout::key_first) {
    encode_changelog_window_key({key, from, 0}, out);
  } else {
    out.resize(8);
    big_endian::store_i64(from.value(), out.data());
  }
}

void WindowRowCodec::upper_bound(BytesView key, Timestamp to, Bytes& out) const {
  if (layout_ == WindowLayout::key_first) {
    encode_changelog_window_key({key, to, std::numeric_limits<std::int32_t>::max()}, out);
    return;
  }
  // Just below the first row that starts later; every row of `to` itself lies below that.
  if (to == Timestamp::max()) {
    out.assign(1, '\x80');
    return;
  }
  out.resize(8);
  big_endian::store_i64(to.value() + 1, out.data());
}

}  // namespace pawl::internal

#include "codec/session_row.h"

#include <pawl/model/assert.h>

namespace pawl::internal {
namespace {

constexpr char kTimeFirst = '\x00';
constexpr char kIndex = '\x01';

void append_session(const Window& session, Bytes& out) {
  big_endian::append_i64(session.end.value(), out);
  big_endian::append_i64(session.start.value(), out);
}

Window load_session(const char* bytes) {
  return {Timestamp(big_endian::load_i64(bytes + 8)), Timestamp(big_endian::load_i64(bytes))};
}

}  // namespace

void encode_session_key(const SessionRow& row, Bytes& out) {
  out.assign(row.key);
  append_session(row.session, out);
}

std::optional<SessionRow> decode_session_key(BytesView bytes) {
  if (bytes.size() < kSessionSuffixSize) {
    return std::nullopt;
  }
  const std::size_t key_size = bytes.size() - kSessionSuffixSize;
  return SessionRow{bytes.substr(0, key_size), load_session(bytes.data() + key_size)};
}

void session_lower_bound(BytesView key_from, Bytes& out) {
  out.assign(key_from);
  out.append(kSessionSuffixSize, '\0');
}

void session_upper_bound(BytesView key_to, Timestamp latest_start, std::size_t shortest_key,
                         Bytes& out) {
  Bytes suffix;
  append_session({latest_start, Timestamp::max()}, suffix);
  out = Bytes(key_to) + suffix;
  // Behind a short key, the bytes of an end may be larger than the rest of a longer key.
  for (std::size_t size = key_to.size(); size-- > shortest_key;) {
    if (suffix > BytesView(out).substr(size)) {
      out.replace(size, Bytes::npos, suffix);
    }
  }
}

void encode_time_first_session(const SessionRow& row, Bytes& out) {
  out.assign(1, kTimeFirst);
  append_session(row.session, out);
  out += row.key;
}

SessionRow decode_time_first_session(BytesView bytes) {
  PAWL_ASSERT(bytes.size() >= 1 + kSessionSuffixSize, bytes.size());
  return {bytes.substr(1 + kSessionSuffixSize), load_session(bytes.data() + 1)};
}

void encode_session_index(const SessionRow& row, Bytes& out) {
  out.assign(1, kIndex);
  out += row.key;
  append_session(row.session, out);
}

SessionRow decode_session_index(BytesView bytes) {
  PAWL_ASSERT(bytes.size() >= 1 + kSessionSuffixSize, bytes.size());
  return *decode_session_key(bytes.substr(1));
}

}  // namespace pawl::internal

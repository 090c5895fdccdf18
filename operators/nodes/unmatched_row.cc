#include <pawl/operators/nodes/unmatched_row.h>

#include <cstdint>
#include <limits>

namespace pawl::internal {
namespace {

constexpr std::size_t kKeyPrefixSize = 9;  // timestamp, side
constexpr std::size_t kRowPrefixSize = 5;  // strategy, count
constexpr char kVariableSize = 1;          // the list serde's strategy: every element has its size

}  // namespace

void encode_unmatched_key(const UnmatchedKey& key, Bytes& out) {
  out.clear();
  big_endian::append_i64(key.timestamp.value(), out);
  out.push_back(static_cast<char>(key.side));
  out.append(key.key);
}

std::optional<UnmatchedKey> decode_unmatched_key(BytesView bytes) {
  if (bytes.size() < kKeyPrefixSize || static_cast<unsigned char>(bytes[8]) > 1) {
    return std::nullopt;
  }
  return UnmatchedKey{Timestamp(big_endian::load_i64(bytes.data())),
                      static_cast<JoinSide>(bytes[8]), bytes.substr(kKeyPrefixSize)};
}

bool append_unmatched_value(JoinSide side, BytesView value, Bytes& row) {
  if (row.empty()) {
    row.push_back(kVariableSize);
    big_endian::append_i32(0, row);
  }
  if (row.size() < kRowPrefixSize || row.front() != kVariableSize) {
    return false;
  }
  const std::int32_t count = big_endian::load_i32(row.data() + 1);
  if (count < 0 || count == std::numeric_limits<std::int32_t>::max()) {
    return false;
  }
  big_endian::store_i32(count + 1, row.data() + 1);
  big_endian::append_i32(static_cast<std::int32_t>(value.size()) + 1, row);
  row.push_back(static_cast<char>(side));
  row.append(value);
  return true;
}

std::optional<std::vector<BytesView>> decode_unmatched_values(BytesView row) {
  if (row.size() < kRowPrefixSize || row.front() != kVariableSize) {
    return std::nullopt;
  }
  const std::int32_t count = big_endian::load_i32(row.data() + 1);
  std::vector<BytesView> values;
  BytesView rest = row.substr(kRowPrefixSize);
  for (std::int32_t element = 0; element < count; ++element) {
    if (rest.size() < 4) {
      return std::nullopt;
    }
    const std::int32_t size = big_endian::load_i32(rest.data());
    rest.remove_prefix(4);
    if (size < 1 || static_cast<std::size_t>(size) > rest.size()) {
      return std::nullopt;
    }
    values.push_back(rest.substr(1, static_cast<std::size_t>(size) - 1));
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  return rest.empty() && count >= 0 ? std::optional(std::move(values)) : std::nullopt;
}

}  // namespace pawl::internal

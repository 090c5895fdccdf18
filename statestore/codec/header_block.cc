#include <pawl/statestore/header_block.h>
#include <pawl/statestore/state_store.h>

#include <cstdint>
#include <utility>

namespace pawl::internal {
namespace {

constexpr std::int32_t kNull = -1;

void append_varint(std::int32_t value, Bytes& out) {
  std::uint32_t bits =
      (static_cast<std::uint32_t>(value) << 1U) ^ static_cast<std::uint32_t>(value >> 31);
  while (bits >= 0x80U) {
    out += static_cast<char>((bits & 0x7fU) | 0x80U);
    bits >>= 7U;
  }
  out += static_cast<char>(bits);
}

[[noreturn]] void malformed() {
  throw StoreFailure({ErrorKind::corrupted_state, "a stored value's headers cannot be read"});
}

class Reader {
 public:
  explicit Reader(BytesView bytes) : rest_(bytes) {}

  std::int32_t varint() {
    std::uint32_t bits = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      if (rest_.empty()) {
        malformed();
      }
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      bits |= static_cast<std::uint32_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) {
        return static_cast<std::int32_t>((bits >> 1U) ^ (~(bits & 1U) + 1U));
      }
    }
    malformed();
  }
  BytesView take(std::int32_t size) {
    if (size < 0 || static_cast<std::size_t>(size) > rest_.size()) {
      malformed();
    }
    const BytesView taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }
  [[nodiscard]] BytesView rest() const { return rest_; }

 private:
  BytesView rest_;
};

}  // namespace

void append_header_block(const Headers& headers, Bytes& out) {
  if (headers.empty()) {
    return;
  }
  append_varint(static_cast<std::int32_t>(headers.size()), out);
  for (const Header& header : headers) {
    append_varint(static_cast<std::int32_t>(header.name.size()), out);
    out += header.name;
    if (header.value.has_value()) {
      append_varint(static_cast<std::int32_t>(header.value->size()), out);
      out += *header.value;
    } else {
      append_varint(kNull, out);
    }
  }
}

void append_row_headers(const Headers& headers, Bytes& out) {
  if (headers.empty()) {
    append_varint(0, out);
    return;
  }
  Bytes block;
  append_header_block(headers, block);
  append_varint(static_cast<std::int32_t>(block.size()), out);
  out += block;
}

BytesView behind_headers(BytesView row) {
  Reader reader(row);
  reader.take(reader.varint());
  return reader.rest();
}

Headers headers_in(BytesView row) {
  Reader outer(row);
  Reader block(outer.take(outer.varint()));
  Headers headers;
  if (block.rest().empty()) {
    return headers;
  }
  for (std::int32_t left = block.varint(); left > 0; --left) {
    std::string name(block.take(block.varint()));
    const std::int32_t size = block.varint();
    headers.add(std::move(name),
                size == kNull ? std::nullopt : std::optional<Bytes>(block.take(size)));
  }
  return headers;
}

}  // namespace pawl::internal

#include "fuzz/draw.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace pawl::test {
namespace {

constexpr std::array<std::int64_t, 12> kEdges{0,
                                              1,
                                              -1,
                                              -2,
                                              127,
                                              128,
                                              255,
                                              std::numeric_limits<std::int32_t>::max(),
                                              std::numeric_limits<std::int32_t>::min(),
                                              std::numeric_limits<std::int64_t>::max(),
                                              std::numeric_limits<std::int64_t>::min(),
                                              std::numeric_limits<std::int64_t>::max() - 1};

}  // namespace

std::int64_t Draw::int64() {
  switch (below(4)) {
    case 0:
      return kEdges[below(kEdges.size())];
    case 1:
      return static_cast<std::int64_t>(bits());
    default:
      return static_cast<std::int64_t>(below(1'000));
  }
}

Bytes Draw::bytes() {
  Bytes result(below(one_in(50) ? 300 : 12), '\0');
  const std::size_t different = one_in(2) ? 3 : 256;
  for (char& byte : result) {
    byte = static_cast<char>(below(different));
  }
  return result;
}

Bytes Draw::text() {
  Bytes result(below(12), '\0');
  for (char& byte : result) {
    byte = static_cast<char>(' ' + below(95));
  }
  return result;
}

Headers Draw::headers() {
  Headers result;
  for (std::size_t left = one_in(2) ? 0 : below(4); left > 0; --left) {
    result.add(text(), nullable_bytes());
  }
  return result;
}

Bytes Draw::mutated(BytesView bytes, BytesView other) {
  Bytes result(bytes);
  for (std::size_t left = 1 + below(4); left > 0; --left) {
    mutate_once(result, other);
  }
  return result;
}

void Draw::mutate_once(Bytes& bytes, BytesView other) {
  constexpr std::size_t kNumberSize = 4;
  const std::size_t at = below(bytes.size() + 1);
  switch (below(7)) {
    case 0:
      bytes.insert(at, 1 + below(4), static_cast<char>(bits()));
      return;
    case 1:
      bytes.erase(at, 1 + below(4));
      return;
    case 2:
      bytes.resize(at);
      return;
    case 3:
      bytes.replace(at, Bytes::npos, other.substr(std::min(at, other.size())));
      return;
    case 4:
      if (bytes.size() >= kNumberSize) {
        big_endian::store_i32(int32(), bytes.data() + below(bytes.size() - kNumberSize + 1));
      }
      return;
    case 5:
      if (at < bytes.size()) {
        bytes[at] = static_cast<char>(kEdges[below(kEdges.size())]);
      }
      return;
    default:
      if (at < bytes.size()) {
        bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << below(8)));
      }
  }
}

}  // namespace pawl::test

// Draw: random values for fuzzers, with a liking for the edges of their types. A seed replays them.
// Thread rule: owner thread only.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/headers.h>
#include <pawl/model/random.h>
#include <pawl/model/timestamp.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace pawl::test {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  std::uint64_t bits() { return random_.next(); }
  // Returns: a number in [0, n). Requires: n > 0.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(bits() % n); }
  bool one_in(std::size_t n) { return below(n) == 0; }

  // Any number; often a small one, or one at an end of its type.
  std::int64_t int64();
  std::int32_t int32() { return static_cast<std::int32_t>(int64()); }
  // A time that a record can have: not negative.
  Timestamp time() { return Timestamp(int64() & Timestamp::max().value()); }

  // Mostly short; of few different bytes or of any.
  Bytes bytes();
  std::optional<Bytes> nullable_bytes() {
    return one_in(4) ? std::nullopt : std::optional<Bytes>(bytes());
  }
  // Printable ASCII.
  Bytes text();
  Headers headers();

  // Returns: `bytes` with a few changes: bytes flipped, replaced by edges, inserted or taken away,
  // sizes overwritten, cut off, or crossed with `other`.
  Bytes mutated(BytesView bytes, BytesView other);

 private:
  void mutate_once(Bytes& bytes, BytesView other);
  SeededRandom random_;
};

}  // namespace pawl::test

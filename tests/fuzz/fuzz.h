// fuzz(): shows a codec random values, and random and broken bytes, for some seconds. Whatever it
// is shown, it neither crashes nor reads beyond the bytes (they end where their memory ends, for
// the address sanitizer) nor takes more memory than they can be worth.
//   PAWL_FUZZ_SECONDS  how long each (default 5)
//   PAWL_FUZZ_SEED     where the random numbers begin (default 1); printed
// tools/fuzz sets them. Thread rule: one thread.
#pragma once

#include "fuzz/draw.h"

#include <pawl/model/bytes.h>
#include <pawl/serde/serde.h>

#include <gtest/gtest.h>

#include <concepts>
#include <cstddef>
#include <functional>

namespace pawl::test {

struct FuzzTarget {
  // Encodes a random value, and expects that decoding gives it back. Returns: the bytes.
  std::function<Bytes(Draw& draw)> valid;
  // Takes any bytes: expects an error, or a value that is encoded to bytes that mean the same.
  std::function<void(BytesView bytes)> take;
  // The largest piece of memory that take() may ask for at once, beyond 64 times the bytes.
  std::size_t allocation_bytes_max = 4096;
};

void fuzz(const FuzzTarget& target);

// Whatever is decoded is encoded to something that decodes to the same.
template <class T>
void expect_consistent(const Serde<T>& serde, BytesView bytes) {
  const Result<T> decoded = serde.decode(bytes);
  if (!decoded.has_value()) {
    EXPECT_EQ(decoded.error().kind, ErrorKind::invalid_record);
    return;
  }
  const Bytes encoded = serde.encode(*decoded);
  const Result<T> again = serde.decode(encoded);
  ASSERT_TRUE(again.has_value()) << again.error();
  EXPECT_EQ(serde.encode(*again), encoded);
}

// `make(draw)`: a random value. `same(a, b)`: whether two values are equal.
template <class T, class Make, class Same>
void fuzz_serde(const Serde<T>& serde, Make make, Same same,
                std::size_t allocation_bytes_max = FuzzTarget().allocation_bytes_max) {
  fuzz({.valid =
            [&](Draw& draw) {
              const T value = make(draw);
              const Bytes bytes = serde.encode(value);
              const Result<T> decoded = serde.decode(bytes);
              EXPECT_TRUE(decoded.has_value() && same(*decoded, value));
              return bytes;
            },
        .take = [&](BytesView bytes) { expect_consistent(serde, bytes); },
        .allocation_bytes_max = allocation_bytes_max});
}
template <std::equality_comparable T, class Make>
void fuzz_serde(const Serde<T>& serde, Make make) {
  fuzz_serde(serde, std::move(make), std::equal_to<T>());
}

}  // namespace pawl::test

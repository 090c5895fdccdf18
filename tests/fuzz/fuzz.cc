#include "fuzz/fuzz.h"

#include "fuzz/allocation_watch.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

namespace pawl::test {
namespace {

std::uint64_t number_in_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it
  return text == nullptr ? otherwise : std::stoull(text);
}

std::string hex_of(BytesView bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) >> 4U];
    text += kDigits[static_cast<unsigned char>(byte) & 15U];
  }
  return text;
}

// Shows `bytes` to the target. They lie in memory of exactly their size.
void show(const FuzzTarget& target, BytesView bytes) {
  const auto exact = std::make_unique<char[]>(bytes.size());  // NOLINT(modernize-avoid-c-arrays)
  std::copy(bytes.begin(), bytes.end(), exact.get());
  const AllocationWatch watch;
  try {
    target.take(BytesView(exact.get(), bytes.size()));
  } catch (const std::exception& thrown) {
    ADD_FAILURE() << "threw " << thrown.what();
  }
  EXPECT_LE(watch.largest(), target.allocation_bytes_max + 64 * bytes.size())
      << "memory for what is only said to be there";
}

}  // namespace

void fuzz(const FuzzTarget& target) {
  const std::uint64_t seed = number_in_environment("PAWL_FUZZ_SEED", 1);
  const std::chrono::seconds duration(number_in_environment("PAWL_FUZZ_SECONDS", 5));
  const auto end = std::chrono::steady_clock::now() + duration;
  std::cout << "seed " << seed << "\n" << std::flush;  // a crash says no more
  Draw draw(seed);
  Bytes before;
  std::uint64_t round = 0;
  for (; std::chrono::steady_clock::now() < end; ++round) {
    Bytes bytes = target.valid(draw);
    for (const Bytes& shown : {bytes, draw.mutated(bytes, before), draw.bytes()}) {
      show(target, shown);
      if (::testing::Test::HasFailure()) {
        ADD_FAILURE() << "with seed " << seed << " in round " << round << ", shown "
                      << hex_of(shown) << " behind " << hex_of(bytes);
        return;
      }
    }
    before = std::move(bytes);
  }
  std::cout << round << " rounds\n";
  EXPECT_GT(round, 0U);
}

}  // namespace pawl::test

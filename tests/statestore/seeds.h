// Seeds of randomized tests: some that never change and one that always does. PAWL_TEST_SEED in
// the environment replays a single one.
#pragma once

#include <pawl/model/random.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace pawl::test {

inline std::vector<std::uint64_t> test_seeds() {
  if (const char* const only = std::getenv("PAWL_TEST_SEED")) {  // NOLINT(concurrency-mt-unsafe)
    return {std::stoull(only)};
  }
  const std::uint64_t fresh = std::random_device{}();
  std::cout << "PAWL_TEST_SEED=" << fresh << " replays the random run\n";
  return {1, 2, fresh};
}

// A dice for one run. Says its seed when the test fails.
class Dice {
 public:
  explicit Dice(std::uint64_t seed)
      : random_(seed),
        trace_(__FILE__, __LINE__, "replay with PAWL_TEST_SEED=" + std::to_string(seed)) {}

  // Returns: a number in [0, count).
  std::int64_t below(std::int64_t count) {
    return static_cast<std::int64_t>(random_.next() % static_cast<std::uint64_t>(count));
  }
  bool one_in(std::int64_t count) { return below(count) == 0; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(static_cast<std::int64_t>(from.size())))];
  }

 private:
  SeededRandom random_;
  ::testing::ScopedTrace trace_;
};

}  // namespace pawl::test

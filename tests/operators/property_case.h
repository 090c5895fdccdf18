// The cases of a property test: from which seeds, how many, and what befalls the process while one
// runs. Every second case has a restart at a random point that loses the state directory; every
// second one commits by hand, with aborts and further restarts. None of it may show.
//   PAWL_TEST_CASES  how many cases each test runs (tools/properties sets it)
//   PAWL_TEST_SEED   runs a single one again
// Thread rule: one thread.
#pragma once

#include "support/temporary_directory.h"

#include <pawl/testing/topology_driver.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <random>
#include <string>

namespace pawl::test {

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  std::int64_t draw(std::int64_t from, std::int64_t to) {
    return std::uniform_int_distribution<std::int64_t>(from, to)(engine_);
  }
  bool chance(int percent) { return draw(1, 100) <= percent; }

 private:
  std::mt19937_64 engine_;
};

enum class CaseStore { memory, rocksdb };
inline constexpr CaseStore kCaseStores[] = {CaseStore::memory, CaseStore::rocksdb};
void PrintTo(CaseStore store, std::ostream* out);
std::string name_of_store(const ::testing::TestParamInfo<CaseStore>& test);

// Calls `run` for the fixed seeds and one that is new in every run, which is printed, until a case
// fails.
void for_each_seed(CaseStore store, const std::function<void(unsigned seed)>& run);

// Several topics are read again in another order after an abort, so there is none then.
enum class CaseSources { one, several };

// A driver, and what befalls it.
class CaseRun {
 public:
  // `inputs`: how many after_input() will follow.
  CaseRun(const Topology& topology, unsigned seed, CaseStore store, std::size_t inputs,
          CaseSources sources, testing::DriverOptions options = {});
  [[nodiscard]] testing::TopologyDriver& driver() { return driver_; }
  // After an input was piped: commits, aborts, restarts, or does nothing.
  void after_input();
  // After the last one: processes again what was aborted, and commits.
  void finish();
  // Whether every record was processed once.
  [[nodiscard]] bool calm() const { return calm_; }

 private:
  void restart(testing::TopologyDriver::State state);
  [[nodiscard]] testing::DriverOptions with_fate(testing::DriverOptions options,
                                                 CaseStore store) const;

  TemporaryDirectory directory_{quick_directory()};
  bool calm_;
  bool aborts_;
  Dice dice_;
  std::size_t inputs_ = 0;
  std::size_t restart_behind_;  // 0: no restart
  testing::TopologyDriver driver_;
};

}  // namespace pawl::test

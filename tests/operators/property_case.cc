#include "operators/property_case.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

namespace pawl::test {
namespace {

using testing::DriverCommit;
using testing::DriverOptions;
using testing::TopologyDriver;

// What a build without other orders runs; tools/properties runs 10,000.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned kCasesInMemory = 100;
constexpr unsigned kCasesOnDisk = 20;
#else
constexpr unsigned kCasesInMemory = 500;
constexpr unsigned kCasesOnDisk = 300;
#endif

std::optional<unsigned> number_in(const char* variable) {
  const char* const text = std::getenv(variable);  // NOLINT(concurrency-mt-unsafe)
  return text == nullptr ? std::nullopt
                         : std::optional(static_cast<unsigned>(std::strtoul(text, nullptr, 10)));
}

}  // namespace

void PrintTo(CaseStore store, std::ostream* out) {
  *out << (store == CaseStore::memory ? "memory" : "rocksdb");
}

std::string name_of_store(const ::testing::TestParamInfo<CaseStore>& test) {
  return test.param == CaseStore::memory ? "memory" : "rocksdb";
}

void for_each_seed(CaseStore store, const std::function<void(unsigned seed)>& run) {
  static const unsigned kFresh = number_in("PAWL_TEST_SEED").value_or(std::random_device()());
  const unsigned fixed =
      number_in("PAWL_TEST_SEED").has_value()
          ? 0
          : number_in("PAWL_TEST_CASES")
                .value_or(store == CaseStore::memory ? kCasesInMemory : kCasesOnDisk);
  std::printf("seeds 1 to %u, and %u (repeat one with PAWL_TEST_SEED)\n", fixed, kFresh);
  for (unsigned seed = 0; seed <= fixed && !::testing::Test::HasFailure(); ++seed) {
    const unsigned drawn = seed == 0 ? kFresh : seed;
    SCOPED_TRACE("seed " + std::to_string(drawn));
    run(drawn);
  }
}

CaseRun::CaseRun(const Topology& topology, unsigned seed, CaseStore store, std::size_t inputs,
                 CaseSources sources, DriverOptions options)
    : calm_(seed / 2 % 2 == 0),
      aborts_(sources == CaseSources::one),
      dice_(seed + 1'000'000),
      restart_behind_(seed % 2 == 0 ? 0
                                    : static_cast<std::size_t>(
                                          dice_.draw(1, static_cast<std::int64_t>(inputs)))),
      driver_(topology, with_fate(std::move(options), store)) {}

DriverOptions CaseRun::with_fate(DriverOptions options, CaseStore store) const {
  options.commit = calm_ ? DriverCommit::each_record : DriverCommit::by_hand;
  if (store == CaseStore::rocksdb) {
    options.state_dir = directory_.path() / "state";
  }
  return options;
}

void CaseRun::after_input() {
  if (!calm_ && dice_.chance(30)) {
    if (dice_.chance(60) || !aborts_) {
      driver_.commit();
    } else {
      driver_.abort();
    }
    if (dice_.chance(3)) {
      restart(TopologyDriver::State::kept);
    }
  }
  if (++inputs_ == restart_behind_) {
    restart(TopologyDriver::State::lost);
  }
}

void CaseRun::restart(TopologyDriver::State state) {
  if (!aborts_) {
    driver_.commit();
  }
  driver_.restart(state);
}

void CaseRun::finish() {
  driver_.advance_wall_clock(std::chrono::milliseconds(0));
  driver_.commit();
}

}  // namespace pawl::test

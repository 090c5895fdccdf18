// Emission on window close without transactions: after a crash the store may be ahead of the
// committed time; what closed in between may never have been sent.
#include "operators/at_least_once_tasks.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::ProducedRecord;

struct Aggregation {
  const char* name;
  Table<Windowed<std::string>, std::int64_t> (*count)(
      const GroupedStream<std::string, std::string>&);
};
void PrintTo(const Aggregation& aggregation, std::ostream* out) {
  *out << aggregation.name;
}

class EmitAtLeastOnce : public ::testing::TestWithParam<Aggregation> {
 protected:
  // Returns: the keys of the windows that came out.
  std::vector<std::string> process(StreamTask& task, std::int64_t offset, const char* key,
                                   std::int64_t time) {
    std::vector<std::string> keys;
    for (const ProducedRecord& record : tasks_.process(task, offset, time, "v", key)) {
      keys.push_back(*record.key);
    }
    return keys;
  }
  static Topology build() {
    StreamBuilder builder;
    GetParam()
        .count(builder.stream<std::string, std::string>("in").group_by_key())
        .to_stream()
        .map([](const Windowed<std::string>* key, const std::int64_t* value) {
          return std::pair(key->key, std::to_string(*value));
        })
        .to("out");
    return builder.build();
  }

  test::AtLeastOnceTasks tasks_{build()};
};

TEST_P(EmitAtLeastOnce, SendsAgainWhatClosedBeforeTheCrash) {
  std::vector<ProducedRecord> changelog;
  {
    const auto task = tasks_.make({});
    EXPECT_THAT(process(*task, 0, "a", 100), IsEmpty());
    EXPECT_THAT(process(*task, 1, "b", 1000), ElementsAre("a"));
    changelog = tasks_.flush(*task);
    ASSERT_EQ(changelog.size(), 2U);
  }

  const auto task = tasks_.make(changelog);

  EXPECT_THAT(process(*task, 0, "a", 100), ElementsAre("a"));
  EXPECT_THAT(process(*task, 1, "b", 1000), IsEmpty());
}

constexpr Aggregation kAggregations[] = {
    {"tumbling",
     [](const GroupedStream<std::string, std::string>& grouped) {
       return grouped.windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
           .emit_strategy(EmitStrategy::on_window_close())
           .count(Materialized::as("counts").retention(milliseconds(10'000)));
     }},
    {"sliding",
     [](const GroupedStream<std::string, std::string>& grouped) {
       return grouped.windowed_by(SlidingWindows::of_time_difference(milliseconds(10)).no_grace())
           .emit_strategy(EmitStrategy::on_window_close())
           .count(Materialized::as("counts").retention(milliseconds(10'000)));
     }},
    {"session",
     [](const GroupedStream<std::string, std::string>& grouped) {
       return grouped.windowed_by(SessionWindows::with_inactivity_gap(milliseconds(10)).no_grace())
           .emit_strategy(EmitStrategy::on_window_close())
           .count(Materialized::as("counts").retention(milliseconds(10'000)));
     }},
};

INSTANTIATE_TEST_SUITE_P(Windows, EmitAtLeastOnce, ::testing::ValuesIn(kAggregations),
                         [](const ::testing::TestParamInfo<Aggregation>& test) {
                           return test.param.name;
                         });

}  // namespace
}  // namespace pawl::internal

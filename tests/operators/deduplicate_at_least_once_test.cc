// Deduplication without transactions: a record that is processed again after a crash meets its own
// id in the store.
#include "operators/at_least_once_tasks.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::ProducedRecord;

class DeduplicateAtLeastOnce : public ::testing::Test {
 protected:
  // Returns: the values that came out.
  std::vector<std::string> process(StreamTask& task, std::int64_t offset, const char* value,
                                   std::int64_t time) {
    std::vector<std::string> values;
    for (const ProducedRecord& record : tasks_.process(task, offset, time, value, "id")) {
      values.push_back(*record.value);
    }
    return values;
  }
  static Topology build() {
    StreamBuilder builder;
    builder.stream<std::string, std::string>("in")
        .deduplicate(Deduplication::by_key().within(milliseconds(10)))
        .to("out");
    return builder.build();
  }

  test::AtLeastOnceTasks tasks_{build()};
};

TEST_F(DeduplicateAtLeastOnce, PassesTheFirstEventAgainAndItsRepetitionsNot) {
  std::vector<ProducedRecord> changelog;
  {
    const auto task = tasks_.make({});
    EXPECT_THAT(process(*task, 0, "first", 100), ElementsAre("first"));
    changelog = tasks_.flush(*task);
    ASSERT_EQ(changelog.size(), 1U);
  }

  const auto task = tasks_.make(changelog);

  EXPECT_THAT(process(*task, 0, "first", 100), ElementsAre("first"));
  EXPECT_THAT(process(*task, 1, "second", 100), ElementsAre());
  EXPECT_THAT(process(*task, 2, "third", 111), ElementsAre("third"));
}

}  // namespace
}  // namespace pawl::internal

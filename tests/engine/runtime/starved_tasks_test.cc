// A task of two topics, of which the broker delivers one, on scripted clients.
#include "runtime/starved_tasks.h"

#include "stream_thread_fixture.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <string>
#include <vector>

namespace pawl::internal {
namespace {

class StarvedTasksTest : public StreamThreadTest {
 protected:
  StarvedTasksTest() {
    StreamBuilder builder;
    builder.stream("in", serde::string(), serde::string())
        .merge(builder.stream("silent", serde::string(), serde::string()))
        .for_each([this](const std::string& value) { seen_.push_back(value); });
    topology_.emplace(builder.build());
    thread_ = *StreamThread::make(1, surroundings_, 7);
    change(AssignmentChange::Kind::gained);
  }
  bool told() const { return log_.contains("the records of silent-0"); }

  std::vector<std::string> seen_;
};

TEST_F(StarvedTasksTest, SayWhatTheyWaitFor) {
  broker_.source = {"a"};

  EXPECT_EQ(run(20, milliseconds(200)), std::nullopt);
  EXPECT_FALSE(told()) << "not at once";
  EXPECT_EQ(run(20, milliseconds(200)), std::nullopt);

  EXPECT_TRUE(told());
  EXPECT_TRUE(seen_.empty());
}

TEST_F(StarvedTasksTest, SayNothingWhileNoRecordWaits) {
  EXPECT_EQ(run(40, milliseconds(200)), std::nullopt);

  EXPECT_FALSE(told());
}

TEST_F(StarvedTasksTest, SayNothingWhereNoPartitionWaitsForAnother) {
  settings_.max_task_idle = milliseconds(-1);
  thread_ = *StreamThread::make(1, surroundings_, 7);
  broker_.source = {"a"};

  EXPECT_EQ(run(40, milliseconds(200)), std::nullopt);

  EXPECT_FALSE(told());
  EXPECT_EQ(seen_, (std::vector<std::string>{"a"}));
}

}  // namespace
}  // namespace pawl::internal

#include "task/partition_group.h"

#include "support/test_records.h"

#include <gtest/gtest.h>

#include <vector>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;
using test::consumed;

class PartitionGroupTest : public ::testing::Test {
 protected:
  void make(std::size_t partitions, milliseconds max_idle,
            std::unique_ptr<RecordChooser> chooser = make_lowest_partition_chooser()) {
    group_ = std::make_unique<PartitionGroup>(std::move(chooser), max_idle);
    for (std::size_t partition = 0; partition < partitions; ++partition) {
      auto queue = std::make_unique<RecordQueue>(
          TopicPartition{"in" + std::to_string(partition), PartitionId(0)}, *source_,
          InvalidTimestamp::fail,
          [](BadRecordReason, const InputRecord&, const RecordCoordinates&, const Error&) {
            return Result<void>();
          });
      queue->start_at(Offset(0));
      group_->add(std::move(queue));
    }
  }
  bool ready(MonotonicTime now = MonotonicTime(0)) {
    const Result<bool> answer = group_->ready(now);
    EXPECT_TRUE(answer.has_value());
    return answer.has_value() && *answer;
  }
  // Takes everything that may go, and returns the partitions in that order.
  std::vector<std::size_t> drain() {
    std::vector<std::size_t> order;
    while (ready()) {
      order.push_back(group_->take());
      group_->done(order.back());
    }
    return order;
  }

  std::unique_ptr<AnySourceNode> source_ = test::string_source();
  std::unique_ptr<PartitionGroup> group_;
};

TEST_F(PartitionGroupTest, TakesTheEarliestHeadFirst) {
  make(2, milliseconds(-1));
  group_->push(0, consumed(0, 10));
  group_->push(0, consumed(1, 30));
  group_->push(1, consumed(0, 20));

  EXPECT_EQ(drain(), (std::vector<std::size_t>{0, 1, 0}));
}

TEST_F(PartitionGroupTest, SaysWhatItsRecordsWaitFor) {
  make(3, milliseconds(0));
  EXPECT_EQ(group_->awaited(), std::nullopt) << "no record waits";
  group_->push(1, consumed(0, 10));
  EXPECT_FALSE(ready());
  EXPECT_EQ(group_->awaited(), 0U);

  group_->queue(0).end_of_partition(Offset(0));
  EXPECT_FALSE(ready());
  EXPECT_EQ(group_->awaited(), 2U);

  group_->push(2, consumed(0, 20));
  EXPECT_TRUE(ready());
  EXPECT_EQ(group_->awaited(), std::nullopt);
}

TEST_F(PartitionGroupTest, BreaksTiesByPartitionWhateverArrivedFirst) {
  make(2, milliseconds(-1));
  group_->push(1, consumed(0, 10));
  group_->push(0, consumed(0, 10));

  EXPECT_EQ(drain(), (std::vector<std::size_t>{0, 1}));
}

TEST_F(PartitionGroupTest, CanBreakTiesAsJavaDoes) {
  // Three queues that became non-empty as 0, 1, 2 with equal times go 0, 2, 1 in
  // java.util.PriorityQueue.
  make(3, milliseconds(-1), make_java_chooser());
  group_->push(0, consumed(0, 10));
  group_->push(1, consumed(0, 10));
  group_->push(2, consumed(0, 10));

  EXPECT_EQ(drain(), (std::vector<std::size_t>{0, 2, 1}));
}

TEST_F(PartitionGroupTest, WaitsForAPartitionWhoseDataIsOnTheWay) {
  make(2, milliseconds(0));
  group_->push(0, consumed(0, 10));

  EXPECT_FALSE(ready()) << "partition 1 may hold something earlier";
  group_->push(1, consumed(0, 5));

  EXPECT_TRUE(ready());
  EXPECT_EQ(group_->take(), 1U);
}

TEST_F(PartitionGroupTest, WaitsForAPartitionAtItsEndOnlyAsLongAsItIsTold) {
  make(2, milliseconds(100));
  group_->push(0, consumed(0, 10));
  group_->queue(1).end_of_partition(Offset(0));

  EXPECT_FALSE(ready(milliseconds(0)));
  EXPECT_FALSE(ready(milliseconds(99)));
  EXPECT_TRUE(ready(milliseconds(100)));
}

TEST_F(PartitionGroupTest, WaitsForEachPartitionFromWhenItRanDryItself) {
  make(2, milliseconds(100));
  group_->push(0, consumed(0, 10));
  group_->queue(1).end_of_partition(Offset(0));
  EXPECT_FALSE(ready(milliseconds(0)));
  EXPECT_TRUE(ready(milliseconds(100)));
  group_->done(group_->take());
  group_->queue(0).end_of_partition(Offset(1));
  EXPECT_FALSE(ready(milliseconds(100)));

  group_->push(1, consumed(0, 30));

  EXPECT_FALSE(ready(milliseconds(110))) << "partition 0 has been dry for 10 ms only";
  group_->push(0, consumed(1, 20));
  EXPECT_TRUE(ready(milliseconds(120)));
  EXPECT_EQ(group_->take(), 0U);
}

TEST_F(PartitionGroupTest, DoesNotWaitAtAllWithNegativeIdleTime) {
  make(2, milliseconds(-1));
  group_->push(0, consumed(0, 10));

  EXPECT_TRUE(ready());
}

TEST_F(PartitionGroupTest, StreamTimeNeverGoesBack) {
  make(1, milliseconds(0));
  group_->advance_stream_time(Timestamp(10));
  group_->advance_stream_time(Timestamp(5));

  EXPECT_EQ(group_->stream_time(), Timestamp(10));
}

}  // namespace
}  // namespace pawl::internal

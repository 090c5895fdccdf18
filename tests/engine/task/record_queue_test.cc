#include "task/record_queue.h"

#include "support/marks.h"
#include "support/test_records.h"

#include <gtest/gtest.h>

#include <vector>

namespace pawl::internal {
namespace {

using test::consumed;

class RecordQueueTest : public ::testing::Test {
 protected:
  RecordQueue& queue(InvalidTimestamp policy = InvalidTimestamp::fail) {
    queue_ = std::make_unique<RecordQueue>(
        TopicPartition{"in", PartitionId(0)}, *source_, policy,
        [this](BadRecordReason reason, const InputRecord& record, const RecordCoordinates&,
               const Error& why) -> Result<void> {
          refused_.push_back(record.offset.value());
          reasons_.push_back(reason);
          return drop_bad_ ? Result<void>() : Result<void>(why);
        });
    queue_->start_at(Offset(0));
    return *queue_;
  }

  std::unique_ptr<AnySourceNode> source_ = test::string_source();
  std::unique_ptr<RecordQueue> queue_;
  bool drop_bad_ = true;
  std::vector<std::int64_t> refused_;
  std::vector<BadRecordReason> reasons_;
};

TEST_F(RecordQueueTest, CommitsBehindTheLastDoneRecord) {
  RecordQueue& records = queue();
  records.push(consumed(3, 10));
  records.push(consumed(7, 11));
  EXPECT_EQ(records.committable(), Offset(0)) << "nothing is done";

  ASSERT_TRUE(records.load_head().has_value());
  records.pop_head();

  EXPECT_EQ(records.committable(), Offset(4)) << "offset 7 is still to be done";
}

TEST_F(RecordQueueTest, CommitsTheEndOfThePartitionWhenNothingIsQueued) {
  RecordQueue& records = queue();
  records.push(consumed(3, 10));
  records.end_of_partition(Offset(9));
  EXPECT_EQ(records.committable(), Offset(0));

  ASSERT_TRUE(records.load_head().has_value());
  records.pop_head();

  EXPECT_EQ(records.committable(), Offset(9)) << "what lies between are transaction markers";
}

TEST_F(RecordQueueTest, ForgetsAnEndThatRecordsCameBehind) {
  RecordQueue& records = queue();
  records.push(consumed(2, 10));
  records.end_of_partition(Offset(4));
  EXPECT_TRUE(records.at_end());

  records.push(consumed(4, 10));

  EXPECT_FALSE(records.at_end());
  EXPECT_EQ(records.committable(), Offset(0)) << "the record at 2 is not done";
  ASSERT_TRUE(records.load_head().has_value());
  records.pop_head();
  EXPECT_EQ(records.committable(), Offset(3));
}

TEST_F(RecordQueueTest, DoesNotGoBackBehindAnEndThatMayHaveBeenCommitted) {
  RecordQueue& records = queue();
  records.end_of_partition(Offset(3));
  EXPECT_EQ(records.committable(), Offset(3));

  records.push(consumed(3, 10));

  EXPECT_EQ(records.committable(), Offset(3));
}

TEST_F(RecordQueueTest, RefusesARepeatedDelivery) {
  const test::Marks marks;
  RecordQueue& records = queue();
  EXPECT_TRUE(records.push(consumed(5, 10)));

  EXPECT_FALSE(records.push(consumed(5, 10)));
  EXPECT_FALSE(records.push(consumed(4, 10)));

  EXPECT_TRUE(marks.hit("refetched_record_refused"));
  EXPECT_EQ(records.size(), 1U);
}

TEST_F(RecordQueueTest, DropsUndecodableHeadsAndMovesOn) {
  RecordQueue& records = queue();
  records.push(consumed(0, 10, "bad"));
  records.push(consumed(1, 11, "throw"));
  records.push(consumed(2, 12, "good"));

  const auto head = records.load_head();

  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(*head, Timestamp(12));
  EXPECT_EQ(refused_, (std::vector<std::int64_t>{0, 1}));
  EXPECT_EQ(records.partition_time(), Timestamp::unknown()) << "dropped records do not move time";
  EXPECT_EQ(records.committable(), Offset(2)) << "dropped records are done";
}

TEST_F(RecordQueueTest, StopsAtABadHeadWhenThePolicySaysSo) {
  RecordQueue& records = queue();
  drop_bad_ = false;
  records.push(consumed(0, 10, "bad"));

  EXPECT_FALSE(records.load_head().has_value());

  EXPECT_EQ(records.size(), 1U);
  EXPECT_EQ(records.committable(), Offset(0));
}

TEST_F(RecordQueueTest, TellsNegativeTimestampsByThePolicy) {
  queue(InvalidTimestamp::fail).push(consumed(0, -1));
  ASSERT_TRUE(queue_->load_head().has_value());
  queue(InvalidTimestamp::skip).push(consumed(0, -1));
  ASSERT_TRUE(queue_->load_head().has_value());

  EXPECT_EQ(reasons_, (std::vector<BadRecordReason>{BadRecordReason::timestamp_must_be_valid,
                                                    BadRecordReason::timestamp_may_be_skipped}));
}

TEST_F(RecordQueueTest, CanUseThePartitionTimeForANegativeTimestamp) {
  RecordQueue& records = queue(InvalidTimestamp::use_partition_time);
  records.resume_time(Timestamp(50));
  records.push(consumed(0, -1));

  const auto head = records.load_head();

  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(*head, Timestamp(50));
}

TEST_F(RecordQueueTest, CountsWhatItHolds) {
  RecordQueue& records = queue();
  records.push(consumed(0, 10, Bytes(100, 'x')));
  records.push(consumed(1, 11, Bytes(50, 'x')));
  EXPECT_EQ(records.size(), 2U);
  EXPECT_EQ(records.bytes(), 2 * sizeof(ConsumedRecord) + 152);

  records.start_at(Offset(7));

  EXPECT_EQ(records.bytes(), 0U);
  EXPECT_EQ(records.committable(), Offset(7));
}

}  // namespace
}  // namespace pawl::internal

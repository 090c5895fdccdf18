#include "task/punctuation_queue.h"

#include "support/test_records.h"

#include <gtest/gtest.h>

#include <vector>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;

class PunctuationQueueTest : public ::testing::Test {
 protected:
  std::size_t fire(std::int64_t now) {
    return queue_.punctuate(Timestamp(now), [](const Node&, const Punctuator& punctuator,
                                               Timestamp at) { punctuator(at); });
  }
  PunctuationHandle every(std::int64_t first, std::int64_t interval) {
    return queue_.schedule(*node_, Timestamp(first), milliseconds(interval),
                           [this](Timestamp now) { calls_.push_back(now.value()); });
  }

  PunctuationHandle anchored(std::int64_t start, std::int64_t now, std::int64_t interval) {
    return queue_.schedule_anchored(*node_, Timestamp(start), Timestamp(now),
                                    milliseconds(interval),
                                    [this](Timestamp at) { calls_.push_back(at.value()); });
  }

  std::unique_ptr<AnySourceNode> node_ = test::string_source();
  PunctuationQueue queue_;
  std::vector<std::int64_t> calls_;
};

TEST_F(PunctuationQueueTest, FiresOnceHoweverManyIntervalsHavePassed) {
  every(0, 10);
  fire(0);
  fire(35);
  fire(36);

  EXPECT_EQ(calls_, (std::vector<std::int64_t>{0, 35}));
  EXPECT_EQ(queue_.next_due(), Timestamp(40)) << "it keeps its grid";
}

TEST_F(PunctuationQueueTest, StopsWhenItsHandleSaysSo) {
  PunctuationHandle handle = every(0, 10);
  fire(0);
  handle.cancel();
  fire(50);

  EXPECT_EQ(calls_, (std::vector<std::int64_t>{0}));
  EXPECT_TRUE(queue_.empty());
}

TEST_F(PunctuationQueueTest, MayBeExtendedByAPunctuator) {
  queue_.schedule(*node_, Timestamp(0), milliseconds(10), [this](Timestamp) {
    if (calls_.empty()) {
      every(5, 10);
    }
    calls_.push_back(-1);
  });
  fire(5);

  EXPECT_EQ(calls_, (std::vector<std::int64_t>{-1, 5}));
}

TEST_F(PunctuationQueueTest, RefusesAnIntervalThatIsNotPositive) {
  EXPECT_THROW(every(0, 0), std::invalid_argument);
  EXPECT_THROW(anchored(5, 100, 0), std::invalid_argument);
  EXPECT_THROW(anchored(5, 100, -1), std::invalid_argument);
}

TEST_F(PunctuationQueueTest, KeepsToTheTimesOfItsAnchor) {
  anchored(7, 3, 10);
  EXPECT_EQ(queue_.next_due(), Timestamp(7)) << "it has not begun";
  queue_.clear();
  anchored(7, 7, 10);
  EXPECT_EQ(queue_.next_due(), Timestamp(7)) << "it begins now";
  queue_.clear();
  anchored(7, 26, 10);
  EXPECT_EQ(queue_.next_due(), Timestamp(27)) << "the next time";
  queue_.clear();
  anchored(7, 27, 10);
  EXPECT_EQ(queue_.next_due(), Timestamp(37)) << "as Kafka Streams, it takes 27 for over";
}

TEST_F(PunctuationQueueTest, BeginsAtOnceWhenNoTimeIsKnownYet) {
  anchored(0, Timestamp::unknown().value(), 10);

  EXPECT_EQ(queue_.next_due(), Timestamp(0));
}

TEST_F(PunctuationQueueTest, RefusesAnAnchorBefore1970) {
  EXPECT_THROW(anchored(-1, 100, 10), std::invalid_argument);
}

}  // namespace
}  // namespace pawl::internal

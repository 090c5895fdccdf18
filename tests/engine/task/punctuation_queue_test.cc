#include "task/punctuation_queue.h"

#include "support/test_records.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
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

// Recorded from Kafka Streams 4.3.1: by time, ties in the order of java.util.PriorityQueue.
TEST_F(PunctuationQueueTest, FiresInTheOrderOfKafkaStreams) {
  std::string order;
  for (const auto& [name, interval] :
       {std::pair('A', 10), {'B', 4}, {'C', 4}, {'D', 4}, {'E', 5}}) {
    queue_.schedule(*node_, Timestamp(0), milliseconds(interval),
                    [&order, name = name](Timestamp) { order += name; });
  }
  for (const std::int64_t now : {0, 12, 13, 20, 40}) {
    fire(now);
    order += ' ';
  }

  EXPECT_EQ(order, "AEBDC DCBEA  EBDCA CDBEA ");
}

TEST_F(PunctuationQueueTest, IsAfterADropWhatItWasAtTheCommit) {
  PunctuationHandle gone = every(0, 7);
  PunctuationHandle stays = every(0, 10);
  gone.cancel();
  queue_.commit();
  stays.cancel();
  every(3, 10);
  fire(5);
  EXPECT_EQ(calls_, (std::vector<std::int64_t>{5}));

  queue_.drop();
  fire(20);

  EXPECT_EQ(calls_, (std::vector<std::int64_t>{5, 20}));
}

TEST_F(PunctuationQueueTest, DoesNotHoardWhatIsCancelled) {
  every(50, 10).cancel();

  queue_.commit();

  EXPECT_TRUE(queue_.empty()) << "long before it would be due";
}

TEST_F(PunctuationQueueTest, GoesOnBehindAPunctuatorThatThrows) {
  queue_.schedule(*node_, Timestamp(0), milliseconds(10),
                  [](Timestamp) { throw std::runtime_error("punctuator"); });

  EXPECT_THROW(fire(0), std::runtime_error);

  EXPECT_EQ(queue_.next_due(), Timestamp(10));
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

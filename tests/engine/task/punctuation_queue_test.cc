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
}

}  // namespace
}  // namespace pawl::internal

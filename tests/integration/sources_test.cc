// What a source can be told, on a real broker.
#include "runtime/real_clock.h"
#include "support/kafka.h"
#include "support/marks.h"
#include "support/running_application.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::hours;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t kHour = 3'600'000;

// The wall stands still, everything else goes on.
class ClockAt final : public Clock {
 public:
  explicit ClockAt(Timestamp wall) : wall_(wall) {}
  [[nodiscard]] Timestamp wall() const override { return wall_; }
  [[nodiscard]] MonotonicTime monotonic() const override { return real_.monotonic(); }

 private:
  Timestamp wall_;
  internal::RealClock real_;
};

class SourcesTest : public ::testing::Test {
 protected:
  SourcesTest() { kafka_.create_topic(out_, 1); }

  [[nodiscard]] Topology copy(OffsetReset reset) const {
    StreamBuilder builder;
    builder
        .stream(in_, serde::string(), serde::string(),
                Consumed<std::string, std::string>::start(reset))
        .to(out_);
    return builder.build();
  }
  [[nodiscard]] Settings settings() const { return quick_settings(kafka_, application_); }
  [[nodiscard]] std::vector<std::string> results() const {
    std::vector<std::string> values;
    for (const StoredRecord& record : kafka_.read(out_)) {
      values.emplace_back(*record.value);
    }
    return values;
  }
  [[nodiscard]] bool wait_for_results(std::size_t count) const {
    return eventually([&] { return results().size() >= count; });
  }

  Kafka kafka_;
  std::string application_ = unique_name("app");
  std::string in_ = application_ + ".in";
  std::string out_ = application_ + ".out";
};

TEST_F(SourcesTest, StartByDurationAndGoOnFromThere) {
  kafka_.create_topic(in_, 1);
  const std::int64_t now = 1'000 * kHour;
  kafka_.produce(in_, {to_send("k", "too old", now - 3 * kHour), to_send("k", "young", now - kHour),
                       to_send("k", "behind it", now - 3 * kHour)});
  Components components;
  components.clock = std::make_shared<ClockAt>(Timestamp(now));
  {
    RunningApplication app(copy(OffsetReset::by_duration(hours(2))), settings(), components);
    ASSERT_TRUE(wait_for_results(2)) << app.log_text();
    EXPECT_EQ(app.stop(), 0) << app.log_text();
  }
  kafka_.produce(in_, {to_send("k", "old and new", now - 3 * kHour)});
  RunningApplication app(copy(OffsetReset::by_duration(hours(2))), settings(), components);

  ASSERT_TRUE(wait_for_results(3)) << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  EXPECT_THAT(results(), ElementsAre("young", "behind it", "old and new"));
}

// It ran for a moment, and nothing came: what came while it was down belongs to it.
TEST_F(SourcesTest, AStartAtTheEndDoesNotMove) {
  kafka_.create_topic(in_, 1);
  kafka_.produce(in_, {to_send("k", "before", 1)});
  {
    RunningApplication app(copy(OffsetReset::latest), settings());
    ASSERT_TRUE(eventually([&] {
      return kafka_.committed(application_, kafka_.partitions(in_)).contains({in_, PartitionId(0)});
    })) << app.log_text();
    EXPECT_EQ(app.stop(), 0) << app.log_text();
  }
  kafka_.produce(in_, {to_send("k", "while it was down", 2)});
  RunningApplication app(copy(OffsetReset::latest), settings());

  ASSERT_TRUE(wait_for_results(1)) << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  EXPECT_THAT(results(), ElementsAre("while it was down"));
}

class TopicPatternTest : public SourcesTest {
 protected:
  // What the topics of a pattern hold, through a repartition topic, with a store: so that there are
  // topics of the application's own, which a pattern could match.
  [[nodiscard]] Topology copy_pattern() const {
    StreamBuilder builder;
    builder.stream<std::string, std::string>(TopicPattern(application_ + "[.-](in|.*-).*"))
        .select_key([](const std::string& value) { return value; })
        .to_table(Materialized::as("values"))
        .to_stream()
        .to(out_);
    return builder.build();
  }
};

TEST_F(TopicPatternTest, ReadsWhatThereIsAtTheStartAndTheRestAfterTheNext) {
  kafka_.create_topic(in_ + "-a", 1);
  kafka_.create_topic(in_ + "-b", 2);
  kafka_.produce(in_ + "-a", {to_send("k", "a1", 1)});
  kafka_.produce(in_ + "-b", {to_send("k", "b1", 1)});
  {
    RunningApplication app(copy_pattern(), settings());
    ASSERT_TRUE(wait_for_results(2)) << app.log_text();
    kafka_.create_topic(in_ + "-c", 1);
    kafka_.produce(in_ + "-c", {to_send("k", "c1", 1)});
    kafka_.produce(in_ + "-a", {to_send("k", "a2", 2)});
    ASSERT_TRUE(wait_for_results(3)) << app.log_text();
    EXPECT_EQ(app.stop(Application::Stop::leave), 0) << app.log_text();
  }
  EXPECT_THAT(results(), UnorderedElementsAre("a1", "b1", "a2"));
  RunningApplication app(copy_pattern(), settings());

  ASSERT_TRUE(wait_for_results(4)) << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  EXPECT_THAT(results(), UnorderedElementsAre("a1", "b1", "a2", "c1"));
}

// Who started later knows a topic that the others do not read.
TEST_F(TopicPatternTest, MembersThatKnowOtherTopicsDoNotShareTheWork) {
  kafka_.create_topic(in_ + "-a", 1);
  RunningApplication first(copy_pattern(), settings());
  ASSERT_TRUE(eventually([&] { return first->state() == ApplicationState::running; }))
      << first.log_text();
  kafka_.produce(in_ + "-a", {to_send("k", "a1", 1)});
  ASSERT_TRUE(wait_for_results(1)) << first.log_text();
  kafka_.create_topic(in_ + "-b", 1);
  kafka_.produce(in_ + "-b", {to_send("k", "b1", 1)});
  RunningApplication second(copy_pattern(), settings());

  ASSERT_TRUE(eventually([&] {
    return second.log().contains("started when its patterns matched other topics");
  })) << second.log_text();
  EXPECT_EQ(second->state(), ApplicationState::starting);
  EXPECT_EQ(first.stop(Application::Stop::leave), 0) << first.log_text();

  ASSERT_TRUE(wait_for_results(2)) << second.log_text();
  EXPECT_EQ(second.stop(), 0) << second.log_text();
  EXPECT_THAT(results(), UnorderedElementsAre("a1", "b1"));
}

TEST_F(TopicPatternTest, AMemberThatStillSawFewerTopicsJoinsWhenItSeesThem) {
  const Marks marks;
  kafka_.create_topic(in_ + "-a", 1);
  kafka_.create_topic(in_ + "-b", 1);
  RunningApplication first(copy_pattern(), settings());
  kafka_.produce(in_ + "-b", {to_send("k", "b1", 1)});
  ASSERT_TRUE(wait_for_results(1)) << first.log_text();
  kafka_.create_topic(in_ + "-c", 1);
  RunningApplication second(copy_pattern(), settings());
  ASSERT_TRUE(eventually([&] {
    return second.log().contains("started when its patterns matched other topics");
  })) << second.log_text();

  run_tools_kafka("run TopicCommand --bootstrap-server " + kafka_.bootstrap() +
                  " --delete --topic " + in_ + "-c");

  EXPECT_TRUE(eventually([&] { return second->state() == ApplicationState::running; }))
      << second.log_text();
  EXPECT_TRUE(marks.hit("patterns_matched_again"));
  EXPECT_EQ(second.stop(), 0) << second.log_text();
  EXPECT_EQ(first.stop(), 0) << first.log_text();
}

TEST_F(TopicPatternTest, ThatMatchesNothingIsAnErrorAtTheStart) {
  RunningApplication app(copy_pattern(), settings());

  EXPECT_THAT(app.failure(), HasSubstr("matches the pattern '" + application_));
}

TEST_F(SourcesTest, ThatMayStartNowhereStopAndSayWhere) {
  kafka_.create_topic(in_, 1);
  RunningApplication app(copy(OffsetReset::none), settings());

  EXPECT_THAT(app.failure(),
              AllOf(HasSubstr("topic '" + in_ + "' partition 0"), HasSubstr("--reset-offsets")));
}

}  // namespace
}  // namespace pawl::test

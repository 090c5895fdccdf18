// Where sources start that have no committed offset, on scripted clients.
#include "stream_thread_fixture.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>

#include <chrono>
#include <ostream>
#include <vector>

namespace pawl {

// Names of parameterised tests hold what this prints.
// NOLINTNEXTLINE(readability-identifier-naming): gtest looks for this name
void PrintTo(const OffsetReset& reset, std::ostream* out) {
  *out << static_cast<int>(reset.kind()) << " " << reset.duration().count() << " ms";
}

}  // namespace pawl

namespace pawl::internal {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Timestamp kNow{100'000'000};
constexpr std::int64_t kMinute = 60'000;

class OffsetResetTest : public StreamThreadTest {
 protected:
  OffsetResetTest() { clock_.advance(milliseconds(kNow.value())); }

  void start(OffsetReset reset) {
    StreamBuilder builder;
    builder
        .stream("in", serde::string(), serde::string(),
                Consumed<std::string, std::string>::start(reset))
        .for_each([this](const std::string& value) { seen_.push_back(value); });
    topology_.emplace(builder.build());
    surroundings_.topology = &*topology_;
    thread_ = *StreamThread::make(1, surroundings_, 7);
    change(AssignmentChange::Kind::gained);
  }
  // Records of these ages, called by them in minutes.
  void log_of_ages(const std::vector<minutes>& ages) {
    for (const minutes age : ages) {
      broker_.source.push_back(std::to_string(age.count()));
      broker_.source_times.push_back(kNow.value() - age.count() * kMinute);
    }
  }
  bool has_committed() { return broker_.script.committed.contains({"in", PartitionId(0)}); }

  std::vector<std::string> seen_;
};

TEST_F(OffsetResetTest, ByDurationStartsAtTheFirstRecordThatIsYoungEnough) {
  log_of_ages({minutes(90), minutes(61), minutes(60), minutes(70), minutes(5)});
  start(OffsetReset::by_duration(hours(1)));

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_THAT(seen_, ElementsAre("60", "70", "5"));
  EXPECT_EQ(committed_offset(), 5);
}

TEST_F(OffsetResetTest, ByDurationStartsAtTheEndWhereNothingIsYoungEnough) {
  log_of_ages({minutes(90), minutes(61)});
  start(OffsetReset::by_duration(hours(1)));
  EXPECT_EQ(run(20), std::nullopt);
  EXPECT_EQ(committed_offset(), 2);

  log_of_ages({minutes(70)});
  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_THAT(seen_, ElementsAre("70"));
}

TEST_F(OffsetResetTest, ADurationBeyond1970MeansEverything) {
  log_of_ages({minutes(1'000), minutes(5)});
  start(OffsetReset::by_duration(milliseconds::max()));

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_THAT(seen_, ElementsAre("1000", "5"));
}

TEST_F(OffsetResetTest, ByDurationWaitsForABrokerThatDoesNotAnswer) {
  log_of_ages({minutes(90), minutes(5)});
  broker_.script.fail_next("offsets_for_times", ErrorKind::retriable, "timed out");
  start(OffsetReset::by_duration(hours(1)));

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_THAT(seen_, ElementsAre("5"));
}

TEST_F(OffsetResetTest, NoneStopsWithoutACommittedOffsetAndSaysWhere) {
  log_of_ages({minutes(5)});
  start(OffsetReset::none);

  const std::optional<Error> stopped = run(20);

  ASSERT_TRUE(stopped.has_value());
  EXPECT_EQ(stopped->kind, ErrorKind::fatal);
  EXPECT_THAT(stopped->message, AllOf(HasSubstr("topic 'in' partition 0"),
                                      HasSubstr("kafka-consumer-groups.sh --reset-offsets")));
  EXPECT_THAT(seen_, IsEmpty());
}

// Whatever a source is told: records that nobody has seen are not passed over.
class OffsetOutOfRangeTest : public OffsetResetTest,
                             public ::testing::WithParamInterface<OffsetReset> {};
INSTANTIATE_TEST_SUITE_P(, OffsetOutOfRangeTest,
                         ::testing::Values(OffsetReset::earliest, OffsetReset::latest,
                                           OffsetReset::none, OffsetReset::by_duration(hours(1))));

TEST_P(OffsetOutOfRangeTest, Stops) {
  log_of_ages({minutes(9), minutes(8), minutes(7), minutes(6)});
  broker_.purged = 3;
  broker_.script.committed[{"in", PartitionId(0)}] = {Offset(1), ""};
  start(GetParam());

  const std::optional<Error> stopped = run(20);

  ASSERT_TRUE(stopped.has_value());
  EXPECT_THAT(stopped->message, AllOf(HasSubstr("in-0 is not in the log any more"),
                                      HasSubstr("reset the group's offsets")));
  EXPECT_THAT(seen_, IsEmpty());
}

// A committed offset counts, however old its records are.
class CommittedOffsetTest : public OffsetResetTest,
                            public ::testing::WithParamInterface<OffsetReset> {};
INSTANTIATE_TEST_SUITE_P(, CommittedOffsetTest,
                         ::testing::Values(OffsetReset::earliest, OffsetReset::latest,
                                           OffsetReset::none, OffsetReset::by_duration(hours(1))));

TEST_P(CommittedOffsetTest, IsWhereASourceGoesOn) {
  log_of_ages({minutes(90), minutes(80), minutes(70)});
  broker_.script.committed[{"in", PartitionId(0)}] = {Offset(1), ""};
  start(GetParam());

  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_THAT(seen_, ElementsAre("80", "70"));
}

// Starts that would be elsewhere when they were looked up again.
class MovingStartTest : public OffsetResetTest,
                        public ::testing::WithParamInterface<OffsetReset> {};
INSTANTIATE_TEST_SUITE_P(, MovingStartTest,
                         ::testing::Values(OffsetReset::latest,
                                           OffsetReset::by_duration(hours(1))));

TEST_P(MovingStartTest, IsCommittedBeforeThereIsARecord) {
  log_of_ages({minutes(90), minutes(80)});
  start(GetParam());
  EXPECT_EQ(run(10), std::nullopt);
  EXPECT_TRUE(has_committed());
  thread_->close_dirty();

  log_of_ages({minutes(70)});
  start(GetParam());
  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_THAT(seen_, ElementsAre("70"));
}

TEST_P(MovingStartTest, IsCommittedBeforeTheFirstRecordIsProcessed) {
  log_of_ages({minutes(90), minutes(80)});
  broker_.source.emplace_back("just now");  // behind the end that is asked for
  broker_.script.fail_next("commit", ErrorKind::retriable, "timed out");
  start(GetParam());
  for (int turn = 0; turn < 20 && seen_.empty(); ++turn) {
    EXPECT_TRUE(!has_committed() || committed_offset() == 2);
    EXPECT_EQ(run(1), std::nullopt);
  }

  EXPECT_THAT(seen_, ElementsAre("just now"));
  EXPECT_TRUE(has_committed());
}

// What is committed afterwards is new: a read_committed reader at the end sees it.
TEST_P(MovingStartTest, LiesBeforeTheRecordsOfAnOpenTransaction) {
  log_of_ages({minutes(90), minutes(80), minutes(70), minutes(65)});
  broker_.open_from = 2;
  start(GetParam());
  EXPECT_EQ(run(10), std::nullopt);
  EXPECT_EQ(committed_offset(), 2);
  EXPECT_THAT(seen_, IsEmpty());

  broker_.open_from = broker_.source.size();
  EXPECT_EQ(run(20), std::nullopt);

  EXPECT_THAT(seen_, ElementsAre("70", "65"));
}

TEST_F(OffsetResetTest, AnEarliestStartIsNotCommittedOnItsOwn) {
  start(OffsetReset::earliest);

  EXPECT_EQ(run(10), std::nullopt);

  EXPECT_FALSE(has_committed());
}

}  // namespace
}  // namespace pawl::internal

// Tables and aggregations behind the record cache: what is forwarded, when, and with what.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyDriver;

Topology counted(const Materialized& materialized = Materialized::as("counts")) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(materialized)
      .to_stream()
      .to("out");
  return builder.build();
}

DriverOptions cached_by_hand(std::size_t bytes_max = 1U << 20U) {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  options.record_cache_bytes_max = bytes_max;
  return options;
}

struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = cached_by_hand())
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::int64_t>("out")) {}
  void pipe(const char* key, std::int64_t time, const char* value = "v") {
    in.pipe(key, value, Timestamp(time));
  }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::int64_t> out;
};

TEST(RecordCache, IsOffByDefault) {
  DriverOptions options;
  options.commit = DriverCommit::by_hand;
  Driven test(counted(), options);

  test.pipe("a", 1);
  test.pipe("a", 2);

  EXPECT_THAT(test.read(), ElementsAre("a=1@1", "a=2@2"));
}

TEST(RecordCache, MergesResultsUntilTheCommit) {
  Driven test(counted());

  test.pipe("a", 5);
  test.pipe("b", 2);
  test.pipe("a", 3);
  EXPECT_THAT(test.read(), IsEmpty());
  EXPECT_EQ(test.driver.store(stores::timestamped_key_value<std::string, std::int64_t>("counts"))
                .get("a")
                ->value,
            2);

  test.driver.commit();
  EXPECT_THAT(test.read(), ElementsAre("b=1@2", "a=2@5"));
  test.driver.commit();
  EXPECT_THAT(test.read(), IsEmpty());
}

TEST(RecordCache, HoldsNothingOfAStoreThatHasItDisabled) {
  Driven test(counted(Materialized::as("counts").caching_disabled()));

  test.pipe("a", 1);
  test.pipe("a", 2);

  EXPECT_THAT(test.read(), ElementsAre("a=1@1", "a=2@2"));
}

TEST(RecordCache, LetsGoWhatExceedsItsBytes) {
  Driven test(counted(), cached_by_hand(200));
  for (int key = 0; key < 100; ++key) {
    test.pipe(std::to_string(key).c_str(), key);
  }

  EXPECT_GT(test.read().size(), 90U);
}

TEST(RecordCache, TakesTheLastRecordsTimestampWhereValuesHaveNone) {
  Driven test(counted(Materialized::as("counts").plain_values()));
  test.pipe("a", 5);
  test.pipe("a", 7);

  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("a=2@7"));
}

// Gives every record its value as a header and another time.
class Stamp final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override { context_ = &context; }
  void process(const Record<std::string, std::string>& record) override {
    const Headers headers{{"was", *record.value}};
    context_->forward(
        record.with_headers(&headers).with_timestamp(record.timestamp + milliseconds(100)));
  }

 private:
  ProcessorContext<std::string, std::string>* context_ = nullptr;
};

TEST(RecordCache, ForwardsHeadersAndTimesThatAProcessorGave) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .process([] { return std::make_unique<Stamp>(); })
      .group_by_key()
      .reduce([](const std::string&, const std::string& value) { return value; },
              Materialized::as("last").plain_values())
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build(), cached_by_hand());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");
  in.pipe("a", "1", Timestamp(1));
  in.pipe("a", "2", Timestamp(2));

  driver.commit();

  const auto record = out.read();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->timestamp, Timestamp(102));
  EXPECT_EQ(record->headers, (Headers{{"was", "2"}}));
}

TEST(RecordCache, ForgetsItsEntriesInAnAbort) {
  Driven test(counted(), cached_by_hand());
  test.pipe("a", 1);
  test.driver.commit();
  test.pipe("a", 2);
  test.pipe("b", 3);
  EXPECT_THAT(test.read(), ElementsAre("a=1@1"));

  test.driver.abort();
  test.pipe("c", 4);  // and what was aborted comes again
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("a=2@2", "b=1@3", "c=1@4"));
}

TEST(RecordCache, LeavesChangelogsFromWhichTheStoreIsRestored) {
  Driven test(counted(), cached_by_hand());
  test.pipe("a", 1);
  test.pipe("a", 2);
  test.driver.commit();

  test.driver.restart(TopologyDriver::State::lost);
  test.pipe("a", 3);
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("a=2@2", "a=3@3"));
}

TEST(RecordCache, LateStaysLateAfterARestart) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
      .count(Materialized::as("counts"))
      .to_stream()
      .map([](const Windowed<std::string>& window, const std::int64_t& count) {
        return std::pair(window.key, count);
      })
      .to("out");
  Driven test(builder.build());
  test.pipe("a", 5);
  test.pipe("a", 100);
  test.driver.commit();
  test.driver.restart(TopologyDriver::State::lost);

  test.pipe("a", 6);
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("a=1@5", "a=1@100"));
  EXPECT_EQ(dropped(test.driver, "late"), 1U);
}

TEST(RecordCache, LeavesSuppressOneFinalResultPerWindow) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).grace(milliseconds(5)))
      .count(Materialized::as("counts"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .map([](const Windowed<std::string>& window, const std::int64_t& count) {
        return std::pair(window.key, count);
      })
      .to("out");
  Driven test(builder.build());
  test.pipe("a", 1);
  test.pipe("a", 12);
  test.pipe("a", 2);
  test.driver.commit();
  EXPECT_THAT(test.read(), IsEmpty());
  test.pipe("b", 14);
  test.pipe("a", 3);
  test.pipe("b", 30);

  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("a=3@3", "a=1@12", "b=1@14"));
}

// Looks the window of a key up that begins at 0.
class Look final : public Processor<std::string, std::string, std::string, std::int64_t> {
 public:
  using Counts = stores::TimestampedWindow<std::string, std::int64_t>;
  void init(ProcessorContext<std::string, std::int64_t>& context) override {
    counts_.emplace(context.store(stores::timestamped_window<std::string, std::int64_t>(
        "counts", milliseconds(10), milliseconds(10))));
  }
  void process(const Record<std::string, std::string>& record) override {
    (void)counts_->get(*record.key, Timestamp(0));
  }

 private:
  std::optional<Counts::Store> counts_;
};

// A full cache evicts what nobody has read for longest; the window that was read is older.
std::vector<std::string> final_results_of_a_full_cache(Compatibility compatibility) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
      .count(Materialized::as("counts"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .map([](const Windowed<std::string>& window, const std::int64_t& count) {
        return std::pair(window.key, count);
      })
      .to("out");
  builder.stream<std::string, std::string>("look")
      .process([] { return std::make_unique<Look>(); }, {"counts"})
      .to("looked");
  DriverOptions options = cached_by_hand(200);  // two windows
  options.compatibility = compatibility;
  Driven test(builder.build(), options);
  auto look = test.driver.input<std::string, std::string>("look");
  test.pipe("a", 1);
  test.driver.commit();

  test.pipe("a", 2);
  test.pipe("b", 30);
  look.pipe("a", "", Timestamp(30));
  test.pipe("c", 31);

  return test.read();
}

TEST(RecordCache, LeavesSuppressOneFinalResultAlsoWhenItIsFull) {
  EXPECT_THAT(final_results_of_a_full_cache(Compatibility::native), ElementsAre("a=2@2"));
}

TEST(RecordCache, GivesSuppressTwoFinalResultsInKafkaStreams) {
  EXPECT_THAT(final_results_of_a_full_cache(Compatibility::kafka_streams_4_3),
              ElementsAre("a=1@1", "a=2@2"));
}

// Sessions of events at most 5 ms apart, counted into `out`.
Topology counted_sessions(const Materialized& materialized) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(SessionWindows::with_inactivity_gap(milliseconds(5)).grace(milliseconds(20)))
      .count(materialized)
      .to_stream()
      .to("out");
  return builder.build();
}

std::vector<std::string> session_lines(TopologyDriver& driver) {
  auto out = driver.output<Windowed<std::string>, std::int64_t>(
      "out", serde::session_windowed(serde::string()));
  return lines(out);
}

TEST(RecordCache, MergesSessionsUntilTheCommit) {
  Driven test(counted_sessions(Materialized::as("counts")));
  test.pipe("a", 3);
  test.pipe("a", 6);
  test.pipe("a", 1);
  EXPECT_THAT(session_lines(test.driver), IsEmpty());

  test.driver.commit();
  EXPECT_THAT(session_lines(test.driver), ElementsAre("a[1,6)=3@6"))
      << "those it grew from came and went; the time is the session's end, not the last record's";

  test.pipe("a", 8);
  test.driver.commit();
  EXPECT_THAT(session_lines(test.driver), ElementsAre("a[1,6)=null@6", "a[1,8)=4@8"));
}

TEST(RecordCache, HoldsNoSessionsWhereItIsDisabled) {
  Driven test(counted_sessions(Materialized::as("counts").caching_disabled()));

  test.pipe("a", 3);
  test.pipe("a", 6);

  EXPECT_THAT(session_lines(test.driver), ElementsAre("a[3,3)=1@3", "a[3,3)=null@3", "a[3,6)=2@6"));
}

TEST(RecordCache, LetsSessionsGoThatExceedItsBytes) {
  Driven test(counted_sessions(Materialized::as("counts")), cached_by_hand(200));
  for (int key = 0; key < 100; ++key) {
    test.pipe(std::to_string(key).c_str(), key);
  }

  EXPECT_GT(session_lines(test.driver).size(), 90U);
}

TEST(RecordCache, HoldsRowsWithHeaders) {
  for (const bool sessions : {false, true}) {
    StreamBuilder builder;
    builder.store_format(StoreFormat::with_headers);
    const auto grouped = builder.stream<std::string, std::string>("in").group_by_key();
    if (sessions) {
      grouped.windowed_by(SessionWindows::with_inactivity_gap(milliseconds(5)).no_grace())
          .count(Materialized::as("counts"))
          .to_stream()
          .map([](const Windowed<std::string>* key, const std::int64_t* count) {
            return std::pair(key->key, count == nullptr ? 0 : *count);
          })
          .to("out");
    } else {
      grouped.count(Materialized::as("counts")).to_stream().to("out");
    }
    Driven test(builder.build());
    test.pipe("a", 1);
    test.pipe("a", 2);
    EXPECT_THAT(test.read(), IsEmpty());
    test.driver.commit();
    EXPECT_THAT(test.read(), ElementsAre("a=2@2"));

    test.driver.restart(TopologyDriver::State::lost);
    test.pipe("a", 3);
    test.driver.commit();

    EXPECT_THAT(test.read(), ::testing::Contains("a=3@3"));
  }
}

TEST(RecordCache, ShowsAJoinWhatATableHoldsAlready) {
  StreamBuilder builder;
  const auto names = builder.table<std::string, std::string>("names", Materialized::as("names"));
  names.to_stream().to("renamed");
  builder.stream<std::string, std::string>("in")
      .join(names, [](const std::string&,
                      const std::string& name) { return static_cast<std::int64_t>(name.size()); })
      .to("out");
  Driven test(builder.build());
  auto input = test.driver.input<std::string, std::string>("names");
  auto renamed = test.driver.output<std::string, std::string>("renamed");

  input.pipe("a", "Ada", Timestamp(1));
  input.pipe("a", "Grace", Timestamp(2));
  test.pipe("a", 3);

  EXPECT_THAT(test.read(), ElementsAre("a=5@3"));
  EXPECT_THAT(lines(renamed), IsEmpty());
  test.driver.commit();
  EXPECT_THAT(lines(renamed), ElementsAre("a=Grace@2"));
}

TEST(RecordCache, SwallowsDeletionsOfWhatNeverWas) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as("table")).to_stream().to("out");
  TopologyDriver driver(builder.build(), cached_by_hand());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::string>("out");
  in.pipe("a", "1", Timestamp(1));
  in.pipe({"a", std::nullopt, Timestamp(2), {}});
  in.pipe("b", "1", Timestamp(3));
  driver.commit();
  EXPECT_THAT(lines(out), ElementsAre("b=1@3"));

  in.pipe({"b", std::nullopt, Timestamp(4), {}});
  driver.commit();

  EXPECT_THAT(lines(out), ElementsAre("b=null@4"));
}

TEST(RecordCache, FeedsTheNextSubtopologyWithTheCommit) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(Materialized::as("first"))
      .to_stream()
      .group_by([](const std::int64_t&) { return std::string("all"); })
      .count(Materialized::as("second"))
      .to_stream()
      .to("out");
  Driven test(builder.build());
  test.pipe("a", 1);
  test.pipe("a", 2);
  test.pipe("b", 3);

  test.driver.commit();
  EXPECT_THAT(test.read(), IsEmpty()) << "the second count holds its result, too";
  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("all=2@3"));
}

// in -> count -> a step that throws for the key "bad" -> out
Topology throwing() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(Materialized::as("counts"))
      .to_stream()
      .peek([](const std::string& key, const std::int64_t&) {
        if (key == "bad") {
          throw std::runtime_error("bad key");
        }
      })
      .to("out");
  return builder.build();
}

TEST(RecordCache, StopsTheCommitAtAnExceptionAndNamesTheRecord) {
  Driven test(throwing());
  test.pipe("bad", 1);
  test.pipe("good", 2);

  const std::string reason = reason_of_stop([&] { test.driver.commit(); });

  EXPECT_THAT(reason, HasSubstr("bad key"));
  EXPECT_THAT(reason, HasSubstr("in-0@0"));
}

TEST(RecordCache, DropsOnlyTheResultThatASkippedExceptionLost) {
  DriverOptions options = cached_by_hand();
  options.errors.processing = OnBadRecord::skip;
  Driven test(throwing(), options);
  test.pipe("bad", 1);
  test.pipe("good", 2);

  test.driver.commit();

  EXPECT_THAT(test.read(), ElementsAre("good=1@2"));
  EXPECT_EQ(dropped(test.driver, "processing"), 1U);
}

// The record whose result is evicted is not the one in hand.
TEST(RecordCache, DeadLettersTheRecordThatMadeTheResult) {
  DriverOptions options = cached_by_hand(100);
  options.errors.processing = OnBadRecord::dead_letter;
  options.errors.dead_letter_topic = "dead";
  Driven test(throwing(), options);
  test.pipe("bad", 1);
  test.pipe("good", 2);  // evicts the other one

  auto dead = test.driver.output<std::string, std::string>("dead");
  const auto letter = dead.read();
  ASSERT_TRUE(letter.has_value());
  EXPECT_FALSE(letter->key.has_value()) << "its raw bytes are gone";
  EXPECT_FALSE(letter->value.has_value());
  EXPECT_EQ(letter->timestamp, Timestamp(1));
  const Header* const offset = letter->headers.last("__streams.errors.offset");
  ASSERT_NE(offset, nullptr);
  EXPECT_EQ(offset->value, "0");
}

TEST(RecordCache, RefusesStoresThatKeepDuplicates) {
  TopologyBuilder builder;
  const auto store =
      stores::window<std::string, std::string>("all", milliseconds(10), milliseconds(10))
          .retain_duplicates()
          .with_caching();
  builder.add_store(store);

  EXPECT_THAT([&] { (void)builder.build(); },
              ::testing::ThrowsMessage<TopologyError>(HasSubstr("empty")));
  builder.source("src", {"in"}, serde::string(), serde::string());
  EXPECT_THAT([&] { (void)builder.build(); },
              ::testing::ThrowsMessage<TopologyError>(HasSubstr("remove with_caching()")));
}

// Writes every count that it sees into the store of the counts once more.
class Echo final : public Processor<std::string, std::int64_t> {
 public:
  using Counts = stores::TimestampedKeyValue<std::string, std::int64_t>;
  static Counts counts() {
    return stores::timestamped_key_value<std::string, std::int64_t>("counts");
  }
  void init(ProcessorContext<std::string, std::int64_t>& context) override {
    counts_.emplace(context.store(counts()));
  }
  void process(const Record<std::string, std::int64_t>& record) override {
    counts_->put(*record.key, *record.value, record.timestamp);
  }

 private:
  std::optional<Counts::Store> counts_;
};

TEST(RecordCache, SaysWhenItNeverEmpties) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(Materialized::as("counts"))
      .to_stream()
      .process([] { return std::make_unique<Echo>(); }, {"counts"})
      .to("out");
  Driven test(builder.build());
  test.pipe("a", 1);

  EXPECT_THAT(reason_of_stop([&] { test.driver.commit(); }), HasSubstr("caching_disabled()"));
}

}  // namespace
}  // namespace pawl::test

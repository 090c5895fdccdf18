// Operator time survives restarts, operator by operator: a record that was late before a restart
// that loses all state is late behind it, one that was in time is in time, and what was held comes
// out once. Kafka Streams forgets these times. Every case runs without the restart, too: it must
// make no difference. In each, records with the value "clock" move the time of the partition far
// beyond that of the operator, which never sees them.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using testing::DriverOptions;
using ::testing::ElementsAreArray;
using testing::TopologyDriver;

struct Input {
  const char* topic;
  const char* key;
  const char* value;
  std::int64_t time;
};

struct Case {
  const char* name;
  void (*build)(StreamBuilder& builder);
  std::vector<Input> before;
  std::vector<std::string> results_before;
  std::vector<Input> after;
  std::vector<std::string> results_after;
};

void PrintTo(const Case& tested, std::ostream* out) {
  *out << tested.name;
}

Stream<std::string, std::string> read(StreamBuilder& builder, const char* topic) {
  return builder.stream<std::string, std::string>(topic).filter(
      [](const std::string& value) { return value != "clock"; });
}

template <class Counts>
void write(const Counts& counts) {
  counts.to_stream()
      .map([](const Windowed<std::string>& key, const std::int64_t& count) {
        return std::pair(text_of(key), std::to_string(count));
      })
      .to("out");
}

std::string both(const std::string* left, const std::string* right) {
  return (left == nullptr ? "-" : *left) + "|" + (right == nullptr ? "-" : *right);
}

auto tumbling() {
  return TumblingWindows::of(milliseconds(10)).grace(milliseconds(5));
}
auto sliding() {
  return SlidingWindows::of_time_difference(milliseconds(10)).grace(milliseconds(5));
}
auto sessions() {
  return SessionWindows::with_inactivity_gap(milliseconds(10)).grace(milliseconds(5));
}
// Longer than windows are open, so that the store does not decide what is late. Natively its time
// helps: that of its latest window, so the last record before the restart is at the end of one.
auto long_kept() {
  return Materialized::as("counts").retention(milliseconds(1000));
}
auto join_windows() {
  return JoinWindows::of(milliseconds(5)).grace(milliseconds(5));
}

const std::vector<Case> kCases = {
    {"tumbling_windows",
     [](StreamBuilder& builder) {
       write(read(builder, "in").group_by_key().windowed_by(tumbling()).count(long_kept()));
     },
     {{"in", "a", "1", 3}, {"in", "a", "2", 39}, {"in", "a", "clock", 1000}},
     {"a[0,10)=1@3", "a[30,40)=1@39"},
     {{"in", "a", "late", 28}, {"in", "b", "in time", 31}},
     {"b[30,40)=1@31"}},
    {"hopping_windows",
     [](StreamBuilder& builder) {
       write(read(builder, "in")
                 .group_by_key()
                 .windowed_by(HoppingWindows::of(milliseconds(10))
                                  .advance_by(milliseconds(5))
                                  .grace(milliseconds(3)))
                 .count(long_kept()));
     },
     {{"in", "a", "1", 39}, {"in", "a", "clock", 1000}},
     {"a[30,40)=1@39", "a[35,45)=1@39"},
     {{"in", "a", "late", 29}, {"in", "b", "late for one", 30}},
     {"b[30,40)=1@30"}},
    {"sliding_windows",
     [](StreamBuilder& builder) {
       write(read(builder, "in").group_by_key().windowed_by(sliding()).count(long_kept()));
     },
     {{"in", "a", "1", 30}, {"in", "a", "clock", 1000}},
     {"a[20,30)=1@30"},
     {{"in", "b", "late", 24}, {"in", "c", "in time", 28}},
     {"c[18,28)=1@28"}},
    {"session_windows",
     [](StreamBuilder& builder) {
       write(read(builder, "in").group_by_key().windowed_by(sessions()).count(long_kept()));
     },
     {{"in", "a", "1", 30}, {"in", "a", "clock", 1000}},
     {"a[30,30)=1@30"},
     {{"in", "a", "late", 4}, {"in", "b", "in time", 16}},
     {"b[16,16)=1@16"}},
    // They never close; what must survive is the one window.
    {"unlimited_windows",
     [](StreamBuilder& builder) {
       write(read(builder, "in").group_by_key().windowed_by(UnlimitedWindows::of()).count());
     },
     {{"in", "a", "1", 30}, {"in", "a", "clock", 1000}},
     {"a[0,9223372036854775807)=1@30"},
     {{"in", "a", "early", 4}},
     {"a[0,9223372036854775807)=2@30"}},
    {"cogroup",
     [](StreamBuilder& builder) {
       write(read(builder, "in")
                 .group_by_key()
                 .cogroup(
                     [](const std::string&, const std::string&, std::int64_t& count) { ++count; })
                 .windowed_by(tumbling())
                 .aggregate([] { return std::int64_t{0}; }, long_kept()));
     },
     {{"in", "a", "1", 39}, {"in", "a", "clock", 1000}},
     {"a[30,40)=1@39"},
     {{"in", "a", "late", 28}, {"in", "b", "in time", 31}},
     {"b[30,40)=1@31"}},
    {"tumbling_windows_on_close",
     [](StreamBuilder& builder) {
       write(read(builder, "in")
                 .group_by_key()
                 .windowed_by(tumbling())
                 .emit_strategy(EmitStrategy::on_window_close())
                 .count(long_kept()));
     },
     {{"in", "a", "1", 3}, {"in", "a", "2", 39}, {"in", "a", "clock", 1000}},
     {"a[0,10)=1@3"},
     {{"in", "a", "late", 28}, {"in", "a", "in time", 31}, {"in", "b", "closes", 60}},
     {"a[30,40)=2@39"}},
    {"sliding_windows_on_close",
     [](StreamBuilder& builder) {
       write(read(builder, "in")
                 .group_by_key()
                 .windowed_by(sliding())
                 .emit_strategy(EmitStrategy::on_window_close())
                 .count(long_kept()));
     },
     {{"in", "a", "1", 12}, {"in", "a", "2", 60}, {"in", "a", "clock", 1000}},
     {"a[2,12)=1@12"},
     {{"in", "b", "late", 54}, {"in", "c", "closes", 90}},
     {"a[50,60)=1@60"}},
    {"session_windows_on_close",
     [](StreamBuilder& builder) {
       write(read(builder, "in")
                 .group_by_key()
                 .windowed_by(sessions())
                 .emit_strategy(EmitStrategy::on_window_close())
                 .count(long_kept()));
     },
     {{"in", "a", "1", 3}, {"in", "a", "2", 30}, {"in", "a", "clock", 1000}},
     {"a[3,3)=1@3"},
     {{"in", "a", "late", 4}, {"in", "a", "joins", 38}, {"in", "b", "closes", 60}},
     {"a[30,38)=2@38"}},
    {"suppress_until_window_closes",
     [](StreamBuilder& builder) {
       write(read(builder, "in")
                 .group_by_key()
                 .windowed_by(tumbling())
                 .count(long_kept())
                 .suppress(Suppressed::until_window_closes(Buffer::unbounded())));
     },
     {{"in", "a", "1", 3}, {"in", "a", "2", 39}, {"in", "a", "clock", 1000}},
     {"a[0,10)=1@3"},
     {{"in", "a", "late", 28}, {"in", "a", "in time", 31}, {"in", "b", "closes", 60}},
     {"a[30,40)=2@39"}},
    {"suppress_until_time_limit",
     [](StreamBuilder& builder) {
       read(builder, "in")
           .to_table()
           .suppress(Suppressed::until_time_limit(milliseconds(10), Buffer::unbounded()))
           .to_stream()
           .to("out");
     },
     {{"in", "a", "held", 20}, {"in", "a", "due", 30}, {"in", "a", "clock", 1000}},
     {"a=due@30"},
     {{"in", "b", "due", 4},
      {"in", "c", "due", 3},
      {"in", "d", "held", 35},
      {"in", "e", "later", 45}},
     {"b=due@4", "c=due@3", "d=held@35"}},
    // It and the self join have no time but that of their stores, which their changelogs restore;
    // so has a versioned table.
    {"inner_join",
     [](StreamBuilder& builder) {
       read(builder, "left").join(read(builder, "right"), both, join_windows()).to("out");
     },
     {{"left", "a", "1", 30}, {"right", "b", "2", 30}, {"left", "a", "clock", 1000}},
     {},
     {{"left", "a", "late", 4}, {"right", "a", "3", 5}, {"right", "a", "4", 35}},
     {"a=1|4@35"}},
    {"left_join",
     [](StreamBuilder& builder) {
       read(builder, "left").left_join(read(builder, "right"), both, join_windows()).to("out");
     },
     {{"left", "a", "held", 30}, {"left", "a", "clock", 1000}},
     {},
     {{"left", "b", "late", 4}, {"left", "c", "late", 3}, {"right", "d", "closes", 50}},
     {"b=late|-@4", "c=late|-@3", "a=held|-@30"}},
    {"outer_join",
     [](StreamBuilder& builder) {
       read(builder, "left").outer_join(read(builder, "right"), both, join_windows()).to("out");
     },
     {{"right", "a", "held", 30}, {"left", "a", "clock", 1000}},
     {},
     {{"left", "b", "late", 4}, {"right", "c", "late", 3}, {"left", "d", "closes", 50}},
     {"b=late|-@4", "c=-|late@3", "a=-|held@30"}},
    {"self_join",
     [](StreamBuilder& builder) {
       const auto stream = read(builder, "in");
       stream.join(stream, both, join_windows()).to("out");
     },
     {{"in", "a", "1", 30}, {"in", "a", "clock", 1000}},
     {"a=1|1@30"},
     {{"in", "a", "late", 3}, {"in", "a", "2", 25}},
     {"a=2|1@30", "a=2|2@25", "a=1|2@30"}},
    {"stream_table_join_with_grace",
     [](StreamBuilder& builder) {
       const auto table = builder.table<std::string, std::string>(
           "table", Materialized::as_versioned("table", milliseconds(1000)));
       read(builder, "in")
           .left_join(
               table,
               [](const std::string& left, const std::string* right) { return both(&left, right); },
               Joined::grace(milliseconds(10)))
           .to("out");
     },
     {{"table", "a", "t", 20}, {"in", "a", "held", 30}, {"in", "a", "clock", 1000}},
     {},
     {{"in", "b", "late", 4},
      {"in", "c", "late", 3},
      {"in", "b", "in time", 21},
      {"in", "d", "later", 40}},
     {"b=late|-@4", "c=late|-@3", "b=in time|-@21", "a=held|t@30"}},
    {"versioned_table",
     [](StreamBuilder& builder) {
       read(builder, "in")
           .to_table(Materialized::as_versioned("table", milliseconds(10)))
           .to_stream()
           .to("out");
     },
     {{"in", "a", "1", 30}, {"in", "a", "clock", 1000}},
     {"a=1@30"},
     {{"in", "b", "late", 4}, {"in", "c", "in time", 20}},
     {"c=in time@20"}},
    // What is too old to be remembered passes each time; duplicates move the time, too.
    {"deduplicate",
     [](StreamBuilder& builder) {
       read(builder, "in").deduplicate(Deduplication::by_key().within(milliseconds(5))).to("out");
     },
     {{"in", "a", "1", 30}, {"in", "a", "again", 33}, {"in", "a", "clock", 1000}},
     {"a=1@30"},
     {{"in", "b", "too old", 20},
      {"in", "b", "too old", 20},
      {"in", "c", "in time", 28},
      {"in", "c", "in time", 28}},
     {"b=too old@20", "b=too old@20", "c=in time@28"}},
};

enum class Restart { none, on_memory, on_rocksdb };

using Parameters = std::tuple<Case, Compatibility, Restart>;

class OperatorTime : public ::testing::TestWithParam<Parameters> {};

TEST_P(OperatorTime, SurvivesARestartThatLosesTheState) {
  const auto& [tested, compatibility, restart] = GetParam();
  const TemporaryDirectory directory(quick_directory());
  DriverOptions options;
  options.compatibility = compatibility;
  if (restart == Restart::on_rocksdb) {
    options.state_dir = directory.path() / "state";
  }
  StreamBuilder builder;
  tested.build(builder);
  TopologyDriver driver(builder.build(), options);
  auto out = driver.output<std::string, std::string>("out");
  const auto pipe = [&](const Input& input) {
    driver.input<std::string, std::string>(input.topic)
        .pipe(input.key, input.value, Timestamp(input.time));
  };
  for (const Input& input : tested.before) {
    pipe(input);
  }
  EXPECT_THAT(lines(out), ElementsAreArray(tested.results_before));

  if (restart != Restart::none) {
    driver.restart(TopologyDriver::State::lost);
  }

  for (const Input& input : tested.after) {
    pipe(input);
  }
  EXPECT_THAT(lines(out), ElementsAreArray(tested.results_after));
}

std::string name_of(const ::testing::TestParamInfo<Parameters>& test) {
  const auto& [tested, compatibility, restart] = test.param;
  const char* const restarts[] = {"_without_one", "_on_memory", "_on_rocksdb"};
  return std::string(tested.name) +
         (compatibility == Compatibility::native ? "_natively" : "_as_kafka_streams") +
         restarts[static_cast<std::size_t>(restart)];
}

INSTANTIATE_TEST_SUITE_P(
    Operators, OperatorTime,
    ::testing::Combine(::testing::ValuesIn(kCases),
                       ::testing::Values(Compatibility::native, Compatibility::kafka_streams_4_3),
                       ::testing::Values(Restart::none, Restart::on_memory, Restart::on_rocksdb)),
    name_of);

}  // namespace
}  // namespace pawl::test

// Compares single functions with the unit vectors: partitions, names, windows.
#include "topology/internal_topics.h"
#include "vectors/vector_json.h"

#include <pawl/engine/partitioner.h>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/store_spec.h>

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

namespace pawl::test {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Murmur2, EqualsKafkasHashAndPartition) {
  const std::vector<Json> rows = read_json_lines("unit/murmur2_partition.jsonl");
  ASSERT_EQ(rows.size(), 220U);
  for (const Json& row : rows) {
    const Bytes key = from_hex(row.at("keyHex").get<std::string>());
    EXPECT_EQ(murmur2(key), row.at("hash").get<std::int32_t>()) << row.at("keyHex");
    for (const auto& [partitions, partition] : row.at("partition").items()) {
      EXPECT_EQ(partition_of_key(key, std::stoi(partitions)),
                PartitionId(partition.get<std::int32_t>()))
          << row.at("keyHex") << " of " << partitions;
    }
  }
}

TEST(Names, OfChangelogTopicsAndTasksEqualThoseOfKafkaStreams) {
  int compared = 0;
  for (const Json& row : read_json_lines("unit/names.jsonl")) {
    const auto what = row.at("what").get<std::string>();
    if (what == "changelog-topic") {
      EXPECT_EQ(internal::changelog_topic_name(row.at("applicationId").get<std::string>(),
                                               row.at("store").get<std::string>()),
                row.at("name").get<std::string>());
      ++compared;
    } else if (what == "task-id") {
      EXPECT_EQ(to_string(TaskId{SubtopologyId(row.at("subtopology").get<std::int32_t>()),
                                 PartitionId(row.at("partition").get<std::int32_t>())}),
                row.at("name").get<std::string>());
      ++compared;
    }
  }
  EXPECT_EQ(compared, 4);
}

TEST(TimeWindows, OfATimestampEqualThoseOfKafkaStreams) {
  using Spans = std::vector<std::pair<std::int64_t, std::int64_t>>;
  int compared = 0;
  for (const Json& row : read_json_lines("unit/windows.jsonl")) {
    if (row.at("what") != "time-windows-for") {
      continue;
    }
    const TimeWindows windows(milliseconds(row.at("size").get<std::int64_t>()),
                              milliseconds(row.at("advance").get<std::int64_t>()), milliseconds(0));
    Spans spans;
    windows.for_each_window(Timestamp(row.at("timestamp").get<std::int64_t>()),
                            [&](const Window& window) {
                              spans.emplace_back(window.start.value(), window.end.value());
                            });
    EXPECT_EQ(spans, row.at("windows").get<Spans>()) << row;
    ++compared;
  }
  EXPECT_EQ(compared, 84);
}

// Returns: the store of a windowed count.
template <class Windows>
StoreSpec store_of(const Windows& windows) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").group_by_key().windowed_by(windows).count(
      Materialized::as("store"));
  return builder.build().store("store");
}

// default-retention, time window store: size + grace
TEST(WindowStore, KeepsWindowsForTheirSizeAndGrace) {
  EXPECT_EQ(store_of(TumblingWindows::of(hours(1)).grace(minutes(5))).retention, minutes(65));
  EXPECT_EQ(store_of(HoppingWindows::of(hours(1)).advance_by(minutes(1)).no_grace()).retention,
            hours(1));
}

// default-retention, sliding window store: 2 * timeDifference + grace
TEST(WindowStore, KeepsSlidingWindowsForTwiceTheirLengthAndGrace) {
  EXPECT_EQ(store_of(SlidingWindows::of_time_difference(hours(1)).grace(minutes(5))).retention,
            minutes(125));
}

// default-retention, session store: gap + grace
TEST(SessionStore, KeepsSessionsForTheGapAndGrace) {
  EXPECT_EQ(store_of(SessionWindows::with_inactivity_gap(hours(1)).grace(minutes(5))).retention,
            minutes(65));
}

// default-retention, stream-stream join window store: before + after + grace (window size = before
// + after)
TEST(JoinWindowStore, KeepsRecordsForTheWholeWindowAndGrace) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("l").join(
      builder.stream<std::string, std::string>("r"),
      [](const std::string& left, const std::string&) { return left; },
      JoinWindows::of(minutes(0)).before(minutes(10)).after(minutes(20)).grace(hours(1)),
      StreamJoined::store_name("js"));
  const Topology topology = builder.build();
  for (const char* name : {"js-this-join-store", "js-other-join-store"}) {
    EXPECT_EQ(topology.store(name).retention, minutes(90));
    EXPECT_EQ(topology.store(name).window_size, minutes(30));
    EXPECT_EQ(segment_interval_of(topology.store(name)), minutes(45));
  }
}

// default-segment-interval: max(retention / 2, 60000)
TEST(WindowStore, HasSegmentsOfHalfItsRetentionAndAtLeastAMinute) {
  EXPECT_EQ(segment_interval_of(store_of(TumblingWindows::of(hours(1)).grace(minutes(5)))),
            milliseconds(1'950'000));
  EXPECT_EQ(segment_interval_of(store_of(TumblingWindows::of(seconds(1)).no_grace())), minutes(1));
}

}  // namespace
}  // namespace pawl::test

// Replays every recording of Kafka Streams' test driver: with memory and with RocksDB beneath, and
// once more natively.
#include "support/temporary_directory.h"
#include "vectors/replay.h"
#include "vectors/vector_topologies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::Combine;
using ::testing::ElementsAreArray;
using ::testing::TestParamInfo;
using ::testing::UnorderedElementsAreArray;
using ::testing::Values;
using ::testing::ValuesIn;

Topology topology_of(const std::string& name) {
  return vector_topologies().at(name)();
}

std::vector<std::string> names_of(const Lines& lines) {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : lines) {
    names.push_back(name);
  }
  return names;
}

void expect_equal(const Lines& expected, const Lines& actual) {
  EXPECT_THAT(names_of(actual), ElementsAreArray(names_of(expected)));
  for (const auto& [topic, lines] : expected) {
    const auto found = actual.find(topic);
    if (found != actual.end() && found->second != lines) {
      std::size_t at = 0;
      while (at < lines.size() && at < found->second.size() && lines[at] == found->second[at]) {
        ++at;
      }
      ADD_FAILURE() << topic << ", record " << at << " of " << lines.size()
                    << " (pawl: " << found->second.size()
                    << ")\n  Kafka Streams: " << (at < lines.size() ? lines[at] : "nothing more")
                    << "\n  pawl:          "
                    << (at < found->second.size() ? found->second[at] : "nothing more");
    }
  }
}

// What stopped processing, if anything did.
void expect_equal_end(const VectorCase& vector, const Replay& replayed) {
  EXPECT_EQ(replayed.stopped_at, vector.stops_at)
      << (replayed.error.has_value() ? replayed.error->message : "it did not stop");
  if (replayed.error.has_value()) {
    EXPECT_EQ(replayed.error->kind, ErrorKind::fatal) << replayed.error->message;
  }
}

std::string vector_name(const TestParamInfo<std::string>& info) {
  return info.param;
}

class VectorPlan : public ::testing::TestWithParam<std::string> {};

TEST_P(VectorPlan, EqualsThatOfKafkaStreams) {
  const VectorCase vector = load_vector(GetParam());

  const Topology topology = topology_of(GetParam());

  EXPECT_EQ(without_classes(topology.describe()), without_classes(vector.description));
  const std::vector<VectorSubtopology> plan = plan_of(topology, vector.application_id);
  ASSERT_EQ(plan.size(), vector.subtopologies.size());
  for (std::size_t part = 0; part < plan.size(); ++part) {
    EXPECT_EQ(plan[part].source_topics, vector.subtopologies[part].source_topics) << part;
    EXPECT_EQ(plan[part].sink_topics, vector.subtopologies[part].sink_topics) << part;
    EXPECT_TRUE(plan[part].repartition_topics == vector.subtopologies[part].repartition_topics);
    EXPECT_TRUE(plan[part].changelog_topics == vector.subtopologies[part].changelog_topics);
  }
}

INSTANTIATE_TEST_SUITE_P(Vectors, VectorPlan, ValuesIn(recorded_vectors()), vector_name);

enum class Backend { memory, rocksdb };

class VectorReplay : public ::testing::TestWithParam<std::tuple<std::string, Backend>> {};

TEST_P(VectorReplay, EqualsKafkaStreams) {
  const auto& [name, backend] = GetParam();
  const VectorCase vector = load_vector(name);
  const Topology topology = topology_of(name);
  const TemporaryDirectory directory;
  testing::DriverOptions options = java_options(vector);
  if (backend == Backend::rocksdb) {
    options.state_dir = directory.path() / "state";
  }

  const Replay replayed = replay(vector, topology, options);

  const Comparison comparison = comparison_of(vector, topology);
  expect_equal(lines_of(vector.outputs, comparison), lines_of(replayed.outputs, comparison));
  expect_equal_end(vector, replayed);
  EXPECT_THAT(metadata_lines(replayed.metadata), ElementsAreArray(metadata_lines(vector.metadata)));
}

std::string replay_name(const TestParamInfo<std::tuple<std::string, Backend>>& info) {
  return std::get<0>(info.param) +
         (std::get<1>(info.param) == Backend::memory ? "_memory" : "_rocksdb");
}

INSTANTIATE_TEST_SUITE_P(Vectors, VectorReplay,
                         Combine(ValuesIn(recorded_vectors()),
                                 Values(Backend::memory, Backend::rocksdb)),
                         replay_name);

// Kafka Streams has let go of a record's raw bytes when another output of it was sent before; pawl
// keeps them natively, and dead-letters the whole record.
std::vector<VectorOutput> with_raw_dead_letters(const VectorCase& vector) {
  std::vector<VectorOutput> outputs = vector.outputs;
  const std::string dead_letter_topic = native_options(vector).errors.dead_letter_topic;
  for (VectorOutput& output : outputs) {
    if (output.record.topic == dead_letter_topic) {
      const VectorInput& input = vector.inputs.at(static_cast<std::size_t>(output.input - 1));
      output.record.key = input.record.key;
      output.record.value = input.record.value;
    }
  }
  return outputs;
}

// Kafka Streams gives records of an outer join that met none out later than it could, depending on
// what it has seen since it was started; pawl natively does at the first record that can, whose
// headers they then have.
constexpr const char* kUnmatchedAtOtherInputs = "ss_outer_join_same_timestamps";

Lines without_inputs_and_headers(std::vector<VectorOutput> outputs, Comparison comparison) {
  for (VectorOutput& output : outputs) {
    output.input = 0;
    output.record.headers = {};
  }
  comparison.as_sets = true;
  return lines_of(outputs, comparison);
}

// pawl's inner foreign-key join answers natively when there is no right value, too, and so deletes
// results that are not there.
bool deletes_what_is_not_there(const std::string& name) {
  return name.find("fk_inner_join") != std::string::npos;
}

std::vector<VectorOutput> without_idle_deletions(const std::vector<VectorOutput>& outputs) {
  std::set<std::pair<std::string, std::optional<Bytes>>> present;
  std::vector<VectorOutput> kept;
  for (const VectorOutput& output : outputs) {
    const auto place = std::pair(output.record.topic, output.record.key);
    if (output.record.value.has_value()) {
      present.insert(place);
      kept.push_back(output);
    } else if (present.erase(place) > 0) {
      kept.push_back(output);
    }
  }
  return kept;
}

// Kafka Streams emits a sliding window twice that begins behind one event and ends at the next.
bool emits_windows_twice(const std::string& name) {
  return name == "cogroup_sliding" || name == "sliding_reduce_in_memory";
}

Lines without_repetitions(Lines lines) {
  for (auto& [topic, of_topic] : lines) {
    of_topic.erase(std::unique(of_topic.begin(), of_topic.end()), of_topic.end());
  }
  return lines;
}

class NativeReplay : public ::testing::TestWithParam<std::string> {};

TEST_P(NativeReplay, SinksEqualThoseOfKafkaStreams) {
  const VectorCase vector = load_vector(recording_of_native_sinks(GetParam()));
  const Topology topology = topology_of(GetParam());

  const Replay replayed = replay(vector, topology, native_options(vector));

  Comparison comparison = comparison_of(vector, topology);
  comparison.sinks_only = true;
  // Kafka Streams' driver runs all subtopologies in one task, which orders their records; pawl runs
  // them as a broker would.
  comparison.as_sets = topology.subtopologies().size() > 1;
  if (GetParam() == kUnmatchedAtOtherInputs) {
    expect_equal(without_inputs_and_headers(vector.outputs, comparison),
                 without_inputs_and_headers(replayed.outputs, comparison));
  } else if (deletes_what_is_not_there(GetParam())) {
    expect_equal(lines_of(without_idle_deletions(vector.outputs), comparison),
                 lines_of(without_idle_deletions(replayed.outputs), comparison));
  } else if (emits_windows_twice(GetParam())) {
    expect_equal(without_repetitions(lines_of(vector.outputs, comparison)),
                 lines_of(replayed.outputs, comparison));
  } else {
    expect_equal(lines_of(with_raw_dead_letters(vector), comparison),
                 lines_of(replayed.outputs, comparison));
  }
  expect_equal_end(vector, replayed);
}

INSTANTIATE_TEST_SUITE_P(Vectors, NativeReplay, ValuesIn(natively_replayed_vectors()), vector_name);

TEST(UncachedStore, HasNativelyTheChangelogOfACachedOne) {
  const VectorCase vector = load_vector(kCachedStoreVector);
  const Topology topology = topology_of(kCachedStoreVector);
  testing::DriverOptions options = native_options(vector);
  options.record_cache_bytes_max = 0;

  const Replay replayed = replay(vector, topology, options);

  const Comparison comparison = comparison_of(vector, topology);
  expect_equal(lines_of(vector.outputs, comparison), lines_of(replayed.outputs, comparison));
}

TEST(Vectors, AllHaveATopology) {
  std::vector<std::string> built;
  for (const auto& [name, ignored] : vector_topologies()) {
    built.push_back(name);
  }

  EXPECT_THAT(built, UnorderedElementsAreArray(recorded_vectors()));
}

}  // namespace
}  // namespace pawl::test

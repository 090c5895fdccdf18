#include "integration/pipeline_model.h"

#include "programs/pipeline.h"
#include "state/task_stores.h"
#include "support/silent_log.h"
#include "testing/driver_core.h"

#include <pawl/serde/windowed.h>
#include <pawl/statestore/backends.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <utility>

namespace pawl::test {

using internal::Isolation;

namespace {

using Differences = std::vector<std::string>;

template <class... Parts>
void tell(Differences& differences, const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  if (differences.size() < 20) {
    differences.push_back(text.str());
  }
}

std::string text_of(const StoredRecord& record) {
  return record.key.value_or("(null)") + "=" + record.value.value_or("(null)");
}

// The keys that only move time on are not compared in the outputs behind the repartition topic.
bool is_flush(const std::string& key) {
  return key.starts_with("flush-");
}

// I1 and I2 of `echo`: every input once, in the order of its partition.
void check_echo(const std::vector<StoredRecord>& input, const std::vector<StoredRecord>& echo,
                Differences& differences) {
  std::map<TopicPartition, std::vector<std::string>> wanted;
  std::map<std::int32_t, std::vector<std::string>> got;
  for (const StoredRecord& record : input) {
    wanted[record.where].push_back(text_of(record));
  }
  for (const StoredRecord& record : echo) {
    got[record.where.partition.value()].push_back(text_of(record));
  }
  // The key decides the partition in both topics, so partition p of the output has exactly
  // partition p of the input.
  for (const auto& [where, records] : wanted) {
    const std::vector<std::string>& output = got[where.partition.value()];
    if (output.size() != records.size()) {
      tell(differences, "echo partition ", where.partition.value(), " has ", output.size(),
           " records instead of ", records.size());
    }
    const auto [expected, actual] =
        std::mismatch(records.begin(), records.end(), output.begin(), output.end());
    if (expected != records.end() && actual != output.end()) {
      tell(differences, "echo partition ", where.partition.value(), " position ",
           actual - output.begin(), ": ", *actual, " instead of ", *expected);
    }
  }
}

// I1 and I2 of `per-key`: the counts of each key are 1, 2, 3, ... in this order.
void check_counts(const std::vector<StoredRecord>& input, const std::vector<StoredRecord>& output,
                  Differences& differences) {
  std::map<std::string, std::int64_t> wanted;
  std::map<std::string, std::int64_t> got;
  for (const StoredRecord& record : input) {
    ++wanted[*record.key];
  }
  for (const StoredRecord& record : output) {
    const std::int64_t count = big_endian::load_i64(record.value->data());
    std::int64_t& last = got[*record.key];
    if (count != last + 1) {
      tell(differences, "per-key ", *record.key, ": ", count, " follows ", last);
    }
    last = count;
  }
  for (const auto& [key, count] : wanted) {
    if (got[key] != count) {
      tell(differences, "per-key ", key, " ends with ", got[key], " instead of ", count);
    }
  }
}

// I1 and I13 of `final`: one result per group and window, the number of different values.
void check_final(const std::vector<StoredRecord>& input, const std::vector<StoredRecord>& output,
                 Differences& differences) {
  std::map<std::pair<std::string, std::int64_t>, std::set<std::string>> wanted;
  for (const StoredRecord& record : input) {
    if (!is_flush(*record.key)) {
      const std::int64_t window =
          record.timestamp.value() / kPipelineWindow.count() * kPipelineWindow.count();
      wanted[{pipeline_group(*record.key), window}].insert(*record.value);
    }
  }
  std::set<std::pair<std::string, std::int64_t>> seen;
  for (const StoredRecord& record : output) {
    const std::string group = record.key->substr(0, record.key->size() - 8);
    if (is_flush(group)) {
      continue;
    }
    const std::pair<std::string, std::int64_t> window{
        group, big_endian::load_i64(record.key->data() + group.size())};
    const std::int64_t count = big_endian::load_i64(record.value->data());
    if (!seen.insert(window).second) {
      tell(differences, "final ", group, "@", window.second, " came twice");
    }
    if (static_cast<std::size_t>(count) != wanted[window].size()) {
      tell(differences, "final ", group, "@", window.second, " is ", count, " instead of ",
           wanted[window].size());
    }
  }
  for (const auto& [window, values] : wanted) {
    if (!seen.contains(window)) {
      tell(differences, "final ", window.first, "@", window.second, " is missing");
    }
  }
}

void check_offsets(const Kafka& kafka, const std::string& application, const std::string& topic,
                   Differences& differences) {
  const auto committed = kafka.committed(application, kafka.partitions(topic));
  for (const auto& [where, end] : kafka.ends(topic)) {
    const auto found = committed.find(where);
    const std::int64_t offset = found == committed.end() ? 0 : found->second.offset.value();
    if (offset != end.value()) {
      tell(differences, "the committed offset of ", to_string(where), " is ", offset,
           ", its end is ", end.value());
    }
  }
}

// Markers are written soon after the commit. Much less than the transaction timeout, after which
// the coordinator would end what an instance left open.
constexpr std::chrono::seconds kMarkersLate{5};

std::map<Bytes, std::pair<Timestamp, Bytes>> fold(const std::vector<StoredRecord>& changelog,
                                                  PartitionId partition) {
  std::map<Bytes, std::pair<Timestamp, Bytes>> rows;
  for (const StoredRecord& record : changelog) {
    if (record.where.partition != partition) {
      continue;
    }
    if (record.value.has_value()) {
      rows[*record.key] = {record.timestamp, *record.value};
    } else {
      rows.erase(*record.key);
    }
  }
  return rows;
}

// The rows of a closed task's key-value store.
std::optional<std::map<Bytes, std::pair<Timestamp, Bytes>>> rows_on_disk(
    const std::filesystem::path& directory, const std::string& application, TaskId task,
    const StoreSpec& spec, Offset changelog_end) {
  WriteContext context;
  pawl::testing::internal::DriverCollector outputs;
  SilentLog log;
  internal::TaskStoresOptions options;
  options.application_id = application;
  options.task = task;
  auto backend = open_rocksdb_backend(directory, make_rocksdb_memory({}));
  if (!backend.has_value()) {
    return std::nullopt;
  }
  const auto position = (*backend)->metadata("position/" + spec.name);
  if (!position.has_value() || !position->has_value() ||
      big_endian::load_i64((*position)->data()) != changelog_end.value()) {
    return std::nullopt;  // an older owner's copy
  }
  auto store = (*backend)->open_store(spec);
  std::map<Bytes, std::pair<Timestamp, Bytes>> rows;
  for (auto row = (*store)->scan(kWholeStore, std::nullopt, std::nullopt, Direction::forward);
       row->valid(); row->next()) {
    rows[Bytes(row->key())] = {Timestamp(big_endian::load_i64(row->value().data())),
                               Bytes(row->value().substr(8))};
  }
  return rows;
}

}  // namespace

bool transactions_open(const Kafka& kafka, const std::string& application,
                       const std::string& topics) {
  const std::vector<std::string> written = {topics + "echo",
                                            topics + "per-key",
                                            topics + "final",
                                            application + "-by-group-repartition",
                                            application + "-per-key-store-changelog",
                                            application + "-per-group-store-changelog",
                                            application + "-unique-store-changelog",
                                            application + "-final-store-changelog"};
  // A read_committed reader gets to the end only when no transaction is open.
  return std::any_of(written.begin(), written.end(), [&](const std::string& topic) {
    return kafka.last_stable_offsets(topic) != kafka.ends(topic);
  });
}

std::vector<std::string> check_pipeline_outputs(const Kafka& kafka, const std::string& application,
                                                const std::string& topics) {
  Differences differences;
  const std::string repartition = application + "-by-group-repartition";
  if (!eventually([&] { return !transactions_open(kafka, application, topics); }, kMarkersLate)) {
    tell(differences, "a transaction was left open");
  }
  const std::vector<StoredRecord> input = kafka.read(topics + "in", Isolation::read_uncommitted);
  check_echo(input, kafka.read(topics + "echo"), differences);
  check_counts(input, kafka.read(topics + "per-key"), differences);
  check_final(input, kafka.read(topics + "final"), differences);
  check_offsets(kafka, application, topics + "in", differences);
  check_offsets(kafka, application, repartition, differences);
  return differences;
}

std::vector<std::string> check_pipeline_stores(const Kafka& kafka, const std::string& application,
                                               const std::vector<std::string>& state_dirs) {
  Differences differences;
  const std::string topic = application + "-per-key-store-changelog";
  const std::vector<StoredRecord> changelog = kafka.read(topic);
  const StoreSpec spec = Materialized().spec("per-key-store", StoreKind::key_value);
  for (const auto& [where, end] : kafka.ends(topic)) {
    const TaskId task{SubtopologyId(0), where.partition};
    int found = 0;
    for (const std::string& state_dir : state_dirs) {
      const std::filesystem::path directory =
          std::filesystem::path(state_dir) / application / to_string(task);
      if (!std::filesystem::exists(directory)) {
        continue;
      }
      if (const auto rows = rows_on_disk(directory, application, task, spec, end)) {
        ++found;
        const auto folded = fold(changelog, where.partition);
        if (*rows != folded) {
          tell(differences, "the store of task ", to_string(task), " has ", rows->size(),
               " rows that differ from the fold of its changelog, ", folded.size(), " rows");
        }
      }
    }
    if (found == 0) {
      tell(differences, "no state directory has task ", to_string(task), " up to the end ",
           end.value(), " of its changelog");
    }
  }
  return differences;
}

}  // namespace pawl::test

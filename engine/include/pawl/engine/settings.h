// Settings: everything an application is configured with, as plain data. What is not data (clock,
// log, listeners) is in Components. check() lists every mistake at once. Thread rule: a value.
#pragma once

#include <pawl/engine/compatibility.h>
#include <pawl/engine/error_policy.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl {

enum class Guarantee {
  exactly_once,   // outputs, changelogs and offsets in one Kafka transaction
  at_least_once,  // flush, then commit offsets: a crash repeats what was done since the last commit
};

struct Settings {
  // Name of the application: its consumer group, and the prefix of its internal topics and
  // transactional ids.
  std::string application_id;
  // `host:port[,host:port...]` of the brokers.
  std::string bootstrap_servers;
  // Where state is kept between runs; below it `<application id>/`. Empty: nothing is kept,
  // everything is restored.
  std::filesystem::path state_dir;
  // Name of this instance among those of the application, such as a pod's name. Empty: made once
  // and kept in state_dir.
  std::string instance_id;

  Guarantee guarantee = Guarantee::exactly_once;
  Compatibility compatibility = Compatibility::native;
  int threads = 1;

  // How often work is committed; 0 = 100 ms under exactly_once, 30 s under at_least_once.
  std::chrono::milliseconds commit_interval{0};
  // The broker aborts a transaction that is open for longer.
  std::chrono::milliseconds transaction_timeout{10'000};
  // A member that is silent for longer loses its tasks.
  std::chrono::milliseconds session_timeout{45'000};
  // A member whose thread does not come back from user code for longer loses its tasks.
  std::chrono::milliseconds max_poll_interval{300'000};
  // How long a partition without data holds up the others of its task; negative = never.
  std::chrono::milliseconds max_task_idle{0};
  // Repartition topics and changelogs are trimmed behind what is needed this often.
  std::chrono::milliseconds purge_interval{30'000};

  ErrorPolicy errors;

  // Back-pressure: a partition with more than this waiting is paused.
  std::size_t buffered_records_max = 10'000;   // per partition
  std::size_t buffered_bytes_max = 8U << 20U;  // per partition
  // Per thread, inside the Kafka client, which needs up to eight times as much for small records.
  std::size_t fetch_queue_bytes_max = 2U << 20U;

  // After a crash at most this much of the changelogs is replayed, per task.
  std::uint64_t roll_forward_max = 200'000;  // records
  std::uint64_t roll_forward_bytes_max = 32U << 20U;
  // Memory: RocksDB's block cache and write buffers for the whole process, and committed rows kept
  // at hand per store.
  std::size_t block_cache_bytes_max = 16U << 20U;
  std::size_t write_buffer_bytes_max = 32U << 20U;
  std::size_t store_cache_bytes_max = 8U << 20U;

  // The record cache, shared by the threads: results of tables and aggregations are merged in it
  // until the commit, or until it is full. 0 = off: every update is forwarded at once. Source:
  // statestore.cache.max.bytes.
  std::size_t record_cache_bytes_max = 0;

  // Replication of internal topics; -1 = the broker's default.
  std::int32_t replication_factor = -1;

  // Further properties of the Kafka client (security.protocol, sasl.*, ssl.*, client.rack, ...),
  // under librdkafka's names.
  std::map<std::string, std::string> kafka;

  // Returns: one message with its remedy for each mistake; empty = usable.
  [[nodiscard]] std::vector<std::string> check() const;

  // Makes settings from `name = value` texts, such as a file or the environment gives: the names of
  // the fields above, `errors.undecodable` and so on, and `kafka.<property>`. Durations: 250ms,
  // 10s, 5min, 24h; sizes: bytes, or 64MiB. Throws ConfigError with every unknown name and unusable
  // value.
  static Settings parse(const std::map<std::string, std::string>& texts);

  [[nodiscard]] std::chrono::milliseconds effective_commit_interval() const {
    if (commit_interval.count() > 0) {
      return commit_interval;
    }
    return guarantee == Guarantee::exactly_once ? std::chrono::milliseconds(100)
                                                : std::chrono::milliseconds(30'000);
  }
};

// Settings that cannot be used; the message lists every mistake with its remedy.
class ConfigError : public std::invalid_argument {
 public:
  explicit ConfigError(const std::vector<std::string>& mistakes);
  [[nodiscard]] const std::vector<std::string>& mistakes() const { return mistakes_; }

 private:
  std::vector<std::string> mistakes_;
};

}  // namespace pawl

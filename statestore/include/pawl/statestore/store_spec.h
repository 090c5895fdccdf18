// StoreSpec: everything that defines a store except its types: plain data, kept by the topology,
// read by whoever opens the store or creates its changelog topic. Made by the functions in
// stores.h. Thread rule: a value.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace pawl {

enum class StoreKind { key_value, window, time_ordered_buffer, session, versioned_key_value };
enum class Persistence { persistent, in_memory };
enum class Logging { enabled, disabled };
// Whether the record cache may hold writes back until the commit (cached_store.h).
enum class Caching { enabled, disabled };

// How a window or session store arranges its rows on disk (the changelog is not affected).
enum class WindowLayout {
  time_first,  // start, then key: for aggregations, which read and write single windows of many
               // keys
  key_first,   // key, then start: for looking up all windows of a key (joins, deduplication,
               // hand-made processors)
};

// What stands in front of the value in a row of a store: nothing; or the timestamp of the record
// that made it (i64); and before that its headers (header_block.h).
struct RowFormat {
  bool timestamped = false;
  bool headers = false;
  friend bool operator==(const RowFormat&, const RowFormat&) = default;
};

struct StoreSpec {
  std::string name;
  StoreKind kind = StoreKind::key_value;
  Persistence persistence = Persistence::persistent;
  // Row values are `i64 timestamp ‖ value`, and the changelog carries the value with that timestamp
  // (Source: TimestampedKeyValueStore, TimestampedWindowStore).
  bool timestamped = false;
  // Row values begin with the headers of the record that made them, and the changelog carries them
  // as its record's own (Source: TimestampedKeyValueStoreWithHeaders, SessionStoreWithHeaders).
  // Requires: timestamped, but in session stores.
  bool headers = false;
  // Made by the DSL for a table: the builder's store format decides about `headers`.
  bool follows_store_format = false;
  // One copy for the whole process, fed by a topic of its own: no changelog, read by every task.
  bool global = false;
  // Key-value stores in memory: the key that was not used for longest is deleted when there are
  // more than these; absent = no limit (Source: MemoryLRUCache).
  std::optional<std::size_t> entries_max;
  Logging logging = Logging::enabled;
  // Key-value and session stores, and window stores without duplicates.
  Caching caching = Caching::disabled;
  // Topic configs of the changelog that replace the library's own.
  std::map<std::string, std::string> changelog_config;
  // The store holds exactly the latest values of this topic, which the task reads: the topic is its
  // changelog, and the store writes none.
  std::optional<std::string> source_topic;

  // Window and session stores: how far back windows stay. Versioned stores: how far back earlier
  // versions can be read, and how much earlier than the latest a version may still be put.
  std::chrono::milliseconds retention{0};
  std::chrono::milliseconds window_size{0};
  bool retain_duplicates = false;
  // Under every_put the changelog carries the headers of the record in hand (Source: the windows of
  // stream-stream joins and the subscriptions of foreign-key joins, which are built header-aware
  // over plain rows).
  bool log_headers = false;
  WindowLayout layout = WindowLayout::key_first;
  // Distance of consecutive window starts (the advance of tumbling and hopping windows); 0 = any
  // start.
  std::chrono::milliseconds start_step{0};
  // time_first stores: keep an index by key beside the rows, so that the rows of one key are found
  // without looking at those of all others.
  bool key_index = false;
  // Whether rows that are exactly as old as the retention are still visible (Source:
  // PrefixedWindowKeySchemas, the stores of emission on close).
  bool edge_visible = false;
  // How much longer than `retention` rows are kept natively, where Kafka Streams hides rows that
  // are still needed.
  std::chrono::milliseconds native_slack{0};
  // Keys are looked up far more often in vain than not (deduplication): keep a filter over the keys
  // of each segment.
  bool key_filter = false;
  // Length of a segment: the unit in which expired rows are freed. 0 = Kafka Streams' rule.
  std::chrono::milliseconds segment_interval{0};

  friend bool operator==(const StoreSpec&, const StoreSpec&) = default;
};

// Whether the rows of a store belong to times, lie in segments, and expire.
[[nodiscard]] inline bool is_windowed(const StoreSpec& spec) {
  return spec.kind == StoreKind::window || spec.kind == StoreKind::session;
}

[[nodiscard]] inline RowFormat row_format_of(const StoreSpec& spec) {
  return {spec.timestamped, spec.headers};
}

// Returns: the store's segment length: `segment_interval`, or max(retention / 2, 60 s) as Kafka
// Streams has it.
std::chrono::milliseconds segment_interval_of(const StoreSpec& spec);

}  // namespace pawl

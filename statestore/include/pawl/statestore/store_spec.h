// StoreSpec: everything that defines a store except its types: plain data, kept by the topology,
// read by whoever opens the store or creates its changelog topic. Made by the functions in
// stores.h. Thread rule: a value.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace pawl {

enum class StoreKind { key_value, window, time_ordered_buffer };
enum class Persistence { persistent, in_memory };
enum class Logging { enabled, disabled };
// Whether the record cache may hold writes back until the commit (cached_store.h).
enum class Caching { enabled, disabled };

// How a window store arranges its rows on disk (the changelog is not affected).
enum class WindowLayout {
  time_first,  // start, then key: for aggregations, which read and write single windows of many
               // keys
  key_first,   // key, then start: for looking up all windows of a key (joins, deduplication,
               // hand-made processors)
};

struct StoreSpec {
  std::string name;
  StoreKind kind = StoreKind::key_value;
  Persistence persistence = Persistence::persistent;
  // Row values are `i64 timestamp ‖ value`, and the changelog carries the value with that timestamp
  // (Source: TimestampedKeyValueStore, TimestampedWindowStore).
  bool timestamped = false;
  Logging logging = Logging::enabled;
  // Key-value stores, and window stores without duplicates.
  Caching caching = Caching::disabled;
  // Topic configs of the changelog that replace the library's own.
  std::map<std::string, std::string> changelog_config;

  // Window stores.
  std::chrono::milliseconds retention{0};
  std::chrono::milliseconds window_size{0};
  bool retain_duplicates = false;
  WindowLayout layout = WindowLayout::key_first;
  // Distance of consecutive window starts (the advance of tumbling and hopping windows); 0 = any
  // start.
  std::chrono::milliseconds start_step{0};
  // Keys are looked up far more often in vain than not (deduplication): keep a filter over the keys
  // of each segment.
  bool key_filter = false;
  // Length of a segment: the unit in which expired rows are freed. 0 = Kafka Streams' rule.
  std::chrono::milliseconds segment_interval{0};

  friend bool operator==(const StoreSpec&, const StoreSpec&) = default;
};

// Returns: the store's segment length: `segment_interval`, or max(retention / 2, 60 s) as Kafka
// Streams has it.
std::chrono::milliseconds segment_interval_of(const StoreSpec& spec);

}  // namespace pawl

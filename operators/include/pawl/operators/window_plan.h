// WindowPlan<W>: how the aggregations of windows of kind W are kept and computed: their store,
// their node, the serde of their keys. Another kind of window needs a specialisation here and a
// node. Source: WindowStoreMaterializer, SlidingWindowStoreMaterializer, SessionStoreMaterializer.
// Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/emit_strategy.h>
#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/nodes/session_aggregate_node.h>
#include <pawl/operators/nodes/sliding_aggregate_node.h>
#include <pawl/operators/nodes/windowed_aggregate_node.h>
#include <pawl/operators/session_windows.h>
#include <pawl/operators/sliding_windows.h>
#include <pawl/operators/unlimited_windows.h>
#include <pawl/operators/windows.h>
#include <pawl/serde/windowed.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class W>
struct WindowPlan;

// Throws TopologyError when the store would forget windows that still change.
inline std::chrono::milliseconds window_retention(const Materialized& materialized,
                                                  const std::string& store,
                                                  std::chrono::milliseconds needed,
                                                  const char* reason) {
  const std::chrono::milliseconds retention = materialized.retention().value_or(needed);
  if (retention < needed) {
    throw TopologyError("store '" + store + "' is to keep its windows for " +
                        std::to_string(retention.count()) + " ms, less than " + reason + " = " +
                        std::to_string(needed.count()) + " ms: raise Materialized::retention");
  }
  return retention;
}

template <>
struct WindowPlan<TimeWindows> {
  template <class K, class A>
  using Definition = stores::TimestampedWindow<K, A>;
  template <class K, class A>
  using View = WindowTableView<K, A>;
  template <class K, class V, class Aggregation>
  using Node = WindowedAggregateNode<K, V, Aggregation, TimeWindows>;
  // Kafka Streams uses up a number in count(Materialized) without a name.
  static constexpr bool kBurnsStoreName = true;
  static constexpr bool kEndInclusive = false;

  static StoreSpec spec(const TimeWindows& windows, EmitStrategy emit,
                        const Materialized& materialized, std::string name) {
    StoreSpec spec = materialized.spec(std::move(name), StoreKind::window);
    spec.retention = window_retention(materialized, spec.name, windows.size() + windows.grace(),
                                      "window size + grace");
    spec.window_size = windows.size();
    spec.layout = WindowLayout::time_first;
    spec.start_step = windows.advance();
    spec.edge_visible = emit.final_results() && spec.persistence == Persistence::persistent;
    return spec;
  }
  static std::chrono::milliseconds closes_after(const TimeWindows& windows) {
    return windows.grace();
  }
  template <class K>
  static Serde<Windowed<K>> key_serde(const TimeWindows& windows, Serde<K> inner) {
    return serde::time_windowed(std::move(inner), windows.size());
  }
};

template <>
struct WindowPlan<UnlimitedWindows> {
  template <class K, class A>
  using Definition = stores::TimestampedWindow<K, A>;
  template <class K, class A>
  using View = WindowTableView<K, A>;
  template <class K, class V, class Aggregation>
  using Node = WindowedAggregateNode<K, V, Aggregation, UnlimitedWindows>;
  static constexpr bool kBurnsStoreName = true;
  static constexpr bool kEndInclusive = false;

  static StoreSpec spec(const UnlimitedWindows& windows, EmitStrategy /*emit*/,
                        const Materialized& materialized, std::string name) {
    StoreSpec spec = materialized.spec(std::move(name), StoreKind::window);
    spec.retention = window_retention(materialized, spec.name, windows.size(), "for ever");
    spec.window_size = windows.size();
    spec.layout = WindowLayout::time_first;
    return spec;
  }
  static std::optional<std::chrono::milliseconds> closes_after(
      const UnlimitedWindows& /*windows*/) {
    return std::nullopt;
  }
  template <class K>
  static Serde<Windowed<K>> key_serde(const UnlimitedWindows& windows, Serde<K> inner) {
    return serde::time_windowed(std::move(inner), windows.size());
  }
};

template <>
struct WindowPlan<SlidingWindows> {
  template <class K, class A>
  using Definition = stores::TimestampedWindow<K, A>;
  template <class K, class A>
  using View = WindowTableView<K, A>;
  template <class K, class V, class Aggregation>
  using Node = SlidingAggregateNode<K, V, Aggregation>;
  static constexpr bool kBurnsStoreName = false;
  static constexpr bool kEndInclusive = true;

  static StoreSpec spec(const SlidingWindows& windows, EmitStrategy emit,
                        const Materialized& materialized, std::string name) {
    StoreSpec spec = materialized.spec(std::move(name), StoreKind::window);
    spec.retention =
        window_retention(materialized, spec.name, 2 * windows.difference() + windows.grace(),
                         "twice the time difference + grace");
    spec.window_size = windows.difference();
    // The windows around a record can be needed for a moment longer than Kafka Streams shows them.
    spec.native_slack = std::chrono::milliseconds(2);
    if (emit.final_results()) {
      spec.layout = WindowLayout::time_first;
      spec.caching = Caching::disabled;
      spec.key_index = true;
      spec.edge_visible = spec.persistence == Persistence::persistent;
    }
    return spec;
  }
  static std::chrono::milliseconds closes_after(const SlidingWindows& windows) {
    return windows.grace();
  }
  template <class K>
  static Serde<Windowed<K>> key_serde(const SlidingWindows& windows, Serde<K> inner) {
    return serde::time_windowed(std::move(inner), windows.difference());
  }
};

template <>
struct WindowPlan<SessionWindows> {
  template <class K, class A>
  using Definition = stores::Session<K, A>;
  template <class K, class A>
  using View = SessionTableView<K, A>;
  template <class K, class V, class Aggregation>
  using Node = SessionAggregateNode<K, V, Aggregation>;
  static constexpr bool kBurnsStoreName = true;
  static constexpr bool kEndInclusive = true;

  static StoreSpec spec(const SessionWindows& windows, EmitStrategy emit,
                        const Materialized& materialized, std::string name) {
    StoreSpec spec = materialized.spec(std::move(name), StoreKind::session);
    spec.timestamped = false;
    spec.retention = window_retention(materialized, spec.name, windows.gap() + windows.grace(),
                                      "inactivity gap + grace");
    // A session that ended exactly gap + grace ago is still open; Kafka Streams hides it.
    spec.native_slack = std::chrono::milliseconds(1);
    if (emit.final_results()) {
      spec.caching = Caching::disabled;
      spec.layout = WindowLayout::time_first;
    }
    return spec;
  }
  static std::chrono::milliseconds closes_after(const SessionWindows& windows) {
    return windows.gap() + windows.grace();
  }
  template <class K>
  static Serde<Windowed<K>> key_serde(const SessionWindows& /*windows*/, Serde<K> inner) {
    return serde::session_windowed(std::move(inner));
  }
};

}  // namespace pawl::internal

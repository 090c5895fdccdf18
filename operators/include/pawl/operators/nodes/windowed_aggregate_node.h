// WindowedAggregateNode: count, reduce and aggregate per key and time window. A record goes into
// each of its windows that is still open: end > operator time - grace; otherwise it is late for
// that window: dropped, counted. A record without a key is dropped and does not move the time; late
// ones do. Null values reach the aggregation. Source: KStreamWindowAggregate.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/model/window.h>
#include <pawl/operators/change.h>
#include <pawl/operators/nodes/aggregation.h>
#include <pawl/operators/nodes/change_forwarder.h>
#include <pawl/operators/windows.h>
#include <pawl/statestore/typed/stores.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class Aggregation>
class WindowedAggregateNode final
    : public OperatorNode<K, V, Windowed<K>, Change<typename Aggregation::Aggregate>> {
  using A = typename Aggregation::Aggregate;

 public:
  WindowedAggregateNode(std::string name, Aggregation aggregation, TimeWindows windows,
                        stores::TimestampedWindow<K, A> store, bool old_values)
      : OperatorNode<K, V, Windowed<K>, Change<A>>(std::move(name)),
        aggregation_(std::move(aggregation)),
        windows_(windows),
        definition_(std::move(store)),
        old_values_(old_values) {}

  void receive(const Record<K, V>& record) override {
    if (record.key == nullptr) {
      null_keys_->add();
      return;
    }
    time_->advance(record.timestamp);
    const Timestamp closed_at = time_->value() - windows_.grace();
    windowed_.key = *record.key;
    windows_.for_each_window(record.timestamp, [&](const Window& window) {
      if (window.end > closed_at) {
        update(record, window);
      } else {
        late_->add();
      }
    });
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_.emplace(context.store(definition_));
    forwarder_.open(context, definition_, this->outlet(), old_values_);
    time_ = &context.operator_time();
    null_keys_ = &context.dropped_counter("null_key");
    late_ = &context.dropped_counter("late");
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
  }

 private:
  void update(const Record<K, V>& record, const Window& window) {
    const bool existed = store_->get(*record.key, window.start, row_);
    Timestamp timestamp = record.timestamp;
    bool has_old = existed;
    if (existed) {
      timestamp = std::max(timestamp, row_.timestamp);
    } else {
      // Kafka Streams shows the initial aggregate as the old value of a window that had none.
      has_old = aggregation_.begin(row_.value) && java_;
    }
    if (old_values_ && has_old) {
      old_ = row_.value;
    }
    const bool exists =
        aggregate_value(aggregation_, existed, record.key, record.value, row_.value);
    store_->put(*record.key, exists ? &row_.value : nullptr, timestamp, window.start);
    const Change<A> change{exists ? &row_.value : nullptr,
                           old_values_ && has_old ? &old_ : nullptr};
    windowed_.window = window;
    forwarder_.forward({&windowed_, &change, timestamp, record.headers});
  }

  Aggregation aggregation_;
  TimeWindows windows_;
  stores::TimestampedWindow<K, A> definition_;
  bool old_values_;
  std::optional<TypedTimestampedWindowStore<K, A>> store_;
  ChangeForwarder<Windowed<K>, A, K> forwarder_;
  OperatorTime* time_ = nullptr;
  Windowed<K> windowed_{};
  ValueAndTimestamp<A> row_{};
  A old_{};
  Counter* null_keys_ = nullptr;
  Counter* late_ = nullptr;
  bool java_ = false;
};

}  // namespace pawl::internal

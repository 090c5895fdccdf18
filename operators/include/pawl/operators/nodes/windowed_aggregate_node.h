// WindowedAggregateNode: count, reduce and aggregate per key and tumbling, hopping or unlimited
// window. A record goes into each of its windows that is still open: end > operator time - grace;
// otherwise it is late for that window: dropped, counted. A record without a key is dropped and
// does not move the time; late ones do. Null values reach the aggregation. On close
// (emit_strategy.h) a window's result is emitted once, in the order of (start, key), with the
// timestamp of its latest record and the headers of the record that closed it. Source:
// KStreamWindowAggregate. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/model/window.h>
#include <pawl/operators/change.h>
#include <pawl/operators/emit_strategy.h>
#include <pawl/operators/nodes/aggregation.h>
#include <pawl/operators/nodes/change_forwarder.h>
#include <pawl/operators/nodes/window_closer.h>
#include <pawl/operators/nodes/window_updates.h>
#include <pawl/statestore/typed/stores.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class Aggregation, class Windows>
class WindowedAggregateNode final
    : public OperatorNode<K, V, Windowed<K>, Change<typename Aggregation::Aggregate>> {
  using A = typename Aggregation::Aggregate;

 public:
  WindowedAggregateNode(std::string name, Aggregation aggregation, Windows windows,
                        EmitStrategy emit, stores::TimestampedWindow<K, A> store, bool old_values)
      : OperatorNode<K, V, Windowed<K>, Change<A>>(std::move(name)),
        aggregation_(std::move(aggregation)),
        windows_(std::move(windows)),
        definition_(std::move(store)),
        old_values_(old_values),
        final_results_(emit.final_results()) {}

  void receive(const Record<K, V>& record) override {
    if (record.key == nullptr) {
      this->drop(record, null_keys_);
      return;
    }
    const Timestamp closed_before = last_closed(time_->value() - windows_.grace());
    if (!java_) {  // others may write to the store, too (cogroup)
      time_->advance(store_->store().observed_time());
    }
    time_->advance(record.timestamp);
    const Timestamp close = time_->value() - windows_.grace();
    if (final_results_ && !closer_.java()) {
      if (const auto places = closer_.newly_closed(closed_before, last_closed(close))) {
        emit(record, *places);
      }
    }
    windowed_.key = *record.key;
    updates_.clear();
    int taken = 0;
    int closed = 0;
    windows_.for_each_window(record.timestamp, [&](const Window& window) {
      if (window.end > close) {
        ++taken;
        update(record, window);
      } else {
        ++closed;
        late_.counter().add();
      }
    });
    updates_.write(record, *store_, *this);
    if (closed > 0) {
      this->show_dropped(record, taken > 0 ? kPartlyLate : late_.name());
    } else if (taken == 0) {
      this->drop(record, outside_);
    }
    if (final_results_ && closer_.java()) {
      emit_as_java(record, close);
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_.emplace(context.store(definition_));
    if (final_results_) {
      forwarder_.open(this->outlet());
    } else {
      forwarder_.open(context, definition_, this->outlet(), old_values_);
    }
    time_ = &context.operator_time();
    null_keys_ = DropReason(context, "null_key");
    late_ = DropReason(context, "late");
    outside_ = DropReason(context, "outside_windows");
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
    if (final_results_) {
      closer_.open(context, definition_.spec().name);
    }
  }

 private:
  // Returns: the latest start of a closed window.
  [[nodiscard]] Timestamp last_closed(Timestamp close) const { return close - windows_.size(); }

  void update(const Record<K, V>& record, const Window& window) {
    const bool existed = store_->get(*record.key, window.start, row_);
    WindowUpdate<A>& made = updates_.add(
        window, existed ? std::max(record.timestamp, row_.timestamp) : record.timestamp);
    // Kafka Streams shows the initial aggregate as the old value of a window that had none.
    const bool begun = !existed && aggregation_.begin(row_.value) && java_;
    made.has_old = old_values_ && (existed || begun);
    if (made.has_old) {
      made.old = row_.value;
    }
    made.exists = aggregate_value(aggregation_, existed, record.key, record.value, row_.value);
    std::swap(made.value, row_.value);
    updates_.settle(java_, record, *store_, *this);
  }

  friend class WindowUpdates<A>;
  void changed(const Record<K, V>& record, const Window& window, const A* value, const A* old,
               Timestamp timestamp) {
    if (final_results_) {
      closer_.written(window.start);
      return;
    }
    const Change<A> change{value, old};
    windowed_.window = window;
    forwarder_.forward({&windowed_, &change, timestamp, record.headers});
  }

  void emit_as_java(const Record<K, V>& record, Timestamp close) {
    const auto places = closer_.due(close, [this](Timestamp at) { return last_closed(at); });
    if (!places.has_value()) {
      return;
    }
    if constexpr (requires { windows_.same_windows(close, close); }) {
      const Timestamp emitted = places->from - std::chrono::milliseconds(1);
      if (!closer_.first_time() && windows_.same_windows(places->to, emitted)) {
        return;
      }
    }
    emit(record, *places);
    closer_.emitted_until_close(close);
  }

  void emit(const Record<K, V>& record, const WindowCloser::Places& places) {
    Timestamp next = Timestamp::max();
    for (auto row = store_->fetch_by_time(places.from, Timestamp::max()); row.valid(); row.next()) {
      if (row.start() > places.to) {
        next = row.start();
        break;
      }
      windowed_.key = row.key();
      windowed_.window = {row.start(), row.start() + windows_.size()};
      const Change<A> change{&row.value(), nullptr};
      this->forward({&windowed_, &change, row.timestamp(), record.headers});
    }
    closer_.emitted(places.to, next);
  }

  Aggregation aggregation_;
  Windows windows_;
  stores::TimestampedWindow<K, A> definition_;
  bool old_values_;
  bool final_results_;
  std::optional<TypedTimestampedWindowStore<K, A>> store_;
  ChangeForwarder<Windowed<K>, A, K> forwarder_;
  OperatorTime* time_ = nullptr;
  WindowCloser closer_;
  Windowed<K> windowed_{};
  ValueAndTimestamp<A> row_{};
  WindowUpdates<A> updates_;
  DropReason null_keys_;
  DropReason late_;
  DropReason outside_;
  bool java_ = false;
};

}  // namespace pawl::internal

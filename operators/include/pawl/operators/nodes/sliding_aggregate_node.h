// SlidingAggregateNode: count, reduce and aggregate per key and sliding window (sliding_windows.h).
// A record is late when even the window that begins with it is closed: timestamp + difference <
// operator time - grace: dropped, counted; it also counts as late for each closed window that it
// would have changed. Records without key or value are dropped, counted, and do not move the time.
// On close: as WindowedAggregateNode. Source: KStreamSlidingWindowAggregate (KIP-450). Thread rule:
// owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/model/window.h>
#include <pawl/operators/change.h>
#include <pawl/operators/emit_strategy.h>
#include <pawl/operators/nodes/change_forwarder.h>
#include <pawl/operators/nodes/sliding_aggregator.h>
#include <pawl/operators/nodes/window_closer.h>
#include <pawl/operators/sliding_windows.h>
#include <pawl/statestore/typed/stores.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class Aggregation>
class SlidingAggregateNode final
    : public OperatorNode<K, V, Windowed<K>, Change<typename Aggregation::Aggregate>>,
      private SlidingChanges<K, V, typename Aggregation::Aggregate> {
  using A = typename Aggregation::Aggregate;

 public:
  SlidingAggregateNode(std::string name, Aggregation aggregation, SlidingWindows windows,
                       EmitStrategy emit, stores::TimestampedWindow<K, A> store, bool old_values)
      : OperatorNode<K, V, Windowed<K>, Change<A>>(std::move(name)),
        difference_(windows.difference()),
        grace_(windows.grace()),
        definition_(std::move(store)),
        final_results_(emit.final_results()),
        old_values_(old_values),
        aggregator_(std::move(aggregation), difference_, old_values) {}

  void receive(const Record<K, V>& record) override {
    if (record.key == nullptr || record.value == nullptr) {
      this->drop(record, record.key == nullptr ? null_keys_ : null_values_);
      return;
    }
    const Timestamp closed_before = last_closed(time_->value() - grace_);
    if (!java_) {  // others may write to the store, too (cogroup)
      time_->advance(store_->store().observed_time());
    }
    time_->advance(record.timestamp);
    const Timestamp close = time_->value() - grace_;
    if (final_results_ && !closer_.java()) {
      if (const auto places = closer_.newly_closed(closed_before, last_closed(close))) {
        emit(record, *places);
      }
    }
    if (record.timestamp + difference_ < close) {
      this->drop(record, late_);
      return;
    }
    const std::uint64_t late = late_.counter().value();
    taken_ = false;
    aggregator_.take(record, close);
    if (late_.counter().value() != late) {
      this->show_dropped(record, taken_ ? kPartlyLate : late_.name());
    }
    // Kafka Streams does not look for closed windows with an early record.
    if (final_results_ && closer_.java() && !aggregator_.early(record)) {
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
    null_values_ = DropReason(context, "null_value");
    late_ = DropReason(context, "late");
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
    aggregator_.open(*store_, *this, late_.counter(), java_);
    if (final_results_) {
      closer_.open(context, definition_.spec().name);
    }
  }

 private:
  // Returns: the latest start of a closed window.
  [[nodiscard]] Timestamp last_closed(Timestamp close) const {
    return close - difference_ - std::chrono::milliseconds(1);
  }

  void changed(const Record<K, V>& record, const Window& window, const A* value, const A* old,
               Timestamp timestamp) override {
    taken_ = taken_ || window.start <= record.timestamp;
    if (final_results_) {
      closer_.written(window.start);
      return;
    }
    const Change<A> change{value, old};
    windowed_.key = *record.key;
    windowed_.window = window;
    forwarder_.forward({&windowed_, &change, timestamp, record.headers});
  }

  void emit_as_java(const Record<K, V>& record, Timestamp close) {
    if (const auto places = closer_.due(close, [this](Timestamp at) { return last_closed(at); })) {
      emit(record, *places);
      closer_.emitted_until_close(close);
    }
  }

  void emit(const Record<K, V>& record, const WindowCloser::Places& places) {
    Timestamp next = Timestamp::max();
    for (auto row = store_->fetch_by_time(places.from, Timestamp::max()); row.valid(); row.next()) {
      if (row.start() > places.to) {
        next = row.start();
        break;
      }
      windowed_.key = row.key();
      windowed_.window = {row.start(), row.start() + difference_};
      const Change<A> change{&row.value(), nullptr};
      this->forward({&windowed_, &change, row.timestamp(), record.headers});
    }
    closer_.emitted(places.to, next);
  }

  std::chrono::milliseconds difference_;
  std::chrono::milliseconds grace_;
  stores::TimestampedWindow<K, A> definition_;
  bool final_results_;
  bool old_values_;
  std::optional<TypedTimestampedWindowStore<K, A>> store_;
  ChangeForwarder<Windowed<K>, A, K> forwarder_;
  SlidingAggregator<K, V, Aggregation> aggregator_;
  OperatorTime* time_ = nullptr;
  WindowCloser closer_;
  Windowed<K> windowed_{};
  DropReason null_keys_;
  DropReason null_values_;
  DropReason late_;
  bool java_ = false;
  bool taken_ = false;  // a window holds the record in hand
};

}  // namespace pawl::internal

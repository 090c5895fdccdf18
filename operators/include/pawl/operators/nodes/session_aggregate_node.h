// SessionAggregateNode: count, reduce and aggregate per key and session (session_windows.h). A
// record joins the sessions that it is at most a gap away from into one: each of them is removed,
// its deletion forwarded, then the new one is written and forwarded, without headers and with its
// end as timestamp. A record is late when the session it would make has ended before operator time
// - grace - gap: dropped, counted. A record without a key is dropped and does not move the time;
// late ones do. Sessions that are closed are not joined (Kafka Streams joins what its store still
// shows). Null values reach the aggregation. On close a session is emitted once, in the order of
// (end, start, key), with the headers of the record that closed it. Source:
// KStreamSessionWindowAggregate. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/model/window.h>
#include <pawl/operators/change.h>
#include <pawl/operators/emit_strategy.h>
#include <pawl/operators/nodes/aggregation.h>
#include <pawl/operators/nodes/change_forwarder.h>
#include <pawl/operators/nodes/window_closer.h>
#include <pawl/operators/session_windows.h>
#include <pawl/statestore/typed/stores.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

template <class K, class V, class Aggregation>
class SessionAggregateNode final
    : public OperatorNode<K, V, Windowed<K>, Change<typename Aggregation::Aggregate>> {
  using A = typename Aggregation::Aggregate;

 public:
  SessionAggregateNode(std::string name, Aggregation aggregation, SessionWindows windows,
                       EmitStrategy emit, stores::Session<K, A> store, bool old_values)
      : OperatorNode<K, V, Windowed<K>, Change<A>>(std::move(name)),
        aggregation_(std::move(aggregation)),
        gap_(windows.gap()),
        closed_after_(windows.gap() + windows.grace()),
        definition_(std::move(store)),
        old_values_(old_values),
        final_results_(emit.final_results()) {}

  void receive(const Record<K, V>& record) override {
    if (record.key == nullptr) {
      this->drop(record, null_keys_);
      return;
    }
    const Timestamp closed_before = last_closed(time_->value() - closed_after_);
    if (!java_) {  // others may write to the store, too (cogroup)
      time_->advance(store_->store().observed_time());
    }
    time_->advance(record.timestamp);
    const Timestamp close = time_->value() - closed_after_;
    if (final_results_ && !closer_.java()) {
      if (const auto places = closer_.newly_closed(closed_before, last_closed(close))) {
        emit(record, *places);
      }
    }
    const Window session = find_touched(record, close);
    if (session.end < close) {
      this->drop(record, late_);
    } else {
      merge_into(record, session);
    }
    if (final_results_ && closer_.java()) {
      emit_as_java(record, close);
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_.emplace(context.store(definition_));
    time_ = &context.operator_time();
    null_keys_ = DropReason(context, "null_key");
    late_ = DropReason(context, "late");
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
    if (final_results_) {
      closer_.open(context, definition_.spec().name);
    } else {
      forwarder_.open(context, definition_, this->outlet(), old_values_);
    }
  }

 private:
  struct Touched {
    Window window;
    A value{};
  };

  // Returns: the latest end of a closed session.
  [[nodiscard]] static Timestamp last_closed(Timestamp close) {
    return close - std::chrono::milliseconds(1);
  }

  // Fills touched_. Returns: the session that the record makes of them.
  Window find_touched(const Record<K, V>& record, Timestamp close) {
    Window session{record.timestamp, record.timestamp};
    touched_count_ = 0;
    // Closed sessions stay as they are, however long the store keeps them.
    const Timestamp near = record.timestamp - gap_;
    const Timestamp earliest_end = java_ ? near : std::max(near, close);
    for (auto found = store_->find_sessions(*record.key, earliest_end, record.timestamp + gap_);
         found.valid(); found.next()) {
      if (touched_count_ == touched_.size()) {
        touched_.emplace_back();
      }
      Touched& touched = touched_[touched_count_++];
      touched.window = found.window();
      touched.value = found.value();
      session.start = std::min(session.start, touched.window.start);
      session.end = std::max(session.end, touched.window.end);
    }
    return session;
  }

  void merge_into(const Record<K, V>& record, const Window& session) {
    bool present = aggregation_.begin(aggregate_);
    const bool grown = session != Window{record.timestamp, record.timestamp};
    for (std::size_t at = 0; at < touched_count_; ++at) {
      const Touched& touched = touched_[at];
      if (present) {
        present = aggregation_.merge(record.key, touched.value, aggregate_);
      } else {
        aggregate_ = touched.value;
        present = true;
      }
    }
    // The user's code comes first: when it throws, the sessions stay what they are.
    const bool exists =
        aggregate_value(aggregation_, present, record.key, record.value, aggregate_);
    for (std::size_t at = 0; grown && at < touched_count_; ++at) {
      store_->remove(*record.key, touched_[at].window);
      changed(record, touched_[at].window, nullptr, &touched_[at].value);
    }
    const A* const value = exists ? &aggregate_ : nullptr;
    store_->put(*record.key, session, value);
    // One of this very span is only updated; Kafka Streams shows no old value for it.
    const bool updates = !java_ && !grown && touched_count_ == 1;
    changed(record, session, value, updates ? &touched_.front().value : nullptr);
  }

  void changed(const Record<K, V>& record, const Window& session, const A* value, const A* old) {
    if (final_results_) {
      if (value != nullptr) {
        closer_.written(session.end);
      }
      return;
    }
    const Change<A> change{value, old_values_ ? old : nullptr};
    windowed_.key = *record.key;
    windowed_.window = session;
    forwarder_.forward({&windowed_, &change, session.end, &Headers::none()});
  }

  void emit_as_java(const Record<K, V>& record, Timestamp close) {
    const auto places = closer_.due(close, [](Timestamp at) { return last_closed(at); });
    if (places.has_value() && places->from <= places->to) {
      emit(record, *places);
      closer_.emitted_until_close(close);
    }
  }

  void emit(const Record<K, V>& record, const WindowCloser::Places& places) {
    Timestamp next = Timestamp::max();
    for (auto row = store_->ended_between(places.from, Timestamp::max()); row.valid(); row.next()) {
      if (row.window().end > places.to) {
        next = row.window().end;
        break;
      }
      windowed_.key = row.key();
      windowed_.window = row.window();
      const Change<A> change{&row.value(), nullptr};
      this->forward({&windowed_, &change, row.window().end, record.headers});
    }
    closer_.emitted(places.to, next);
  }

  Aggregation aggregation_;
  std::chrono::milliseconds gap_;
  std::chrono::milliseconds closed_after_;
  stores::Session<K, A> definition_;
  bool old_values_;
  bool final_results_;
  std::optional<TypedSessionStore<K, A>> store_;
  ChangeForwarder<Windowed<K>, A, K> forwarder_;
  OperatorTime* time_ = nullptr;
  WindowCloser closer_;
  std::vector<Touched> touched_;
  std::size_t touched_count_ = 0;
  A aggregate_{};
  Windowed<K> windowed_{};
  DropReason null_keys_;
  DropReason late_;
  bool java_ = false;
};

}  // namespace pawl::internal

// SlidingAggregator: takes a record into the sliding windows around it: those that hold it already
// exist or begin as copies of their neighbours. For a closed window, which stays as it is, it
// counts as late. Reads backward from the record, so that it meets few windows. Thread rule: owner
// thread only. Source: KStreamSlidingWindowAggregate (processReverse, processEarly, createWindows).
#pragma once

#include <pawl/engine/metrics.h>
#include <pawl/model/record.h>
#include <pawl/model/window.h>
#include <pawl/operators/nodes/aggregation.h>
#include <pawl/operators/nodes/sliding_changes.h>
#include <pawl/operators/nodes/sliding_neighbours.h>
#include <pawl/operators/nodes/window_updates.h>
#include <pawl/statestore/typed/window.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace pawl::internal {

template <class K, class V, class Aggregation>
class SlidingAggregator {
  using A = typename Aggregation::Aggregate;
  using In = Record<K, V>;
  using Store = TypedTimestampedWindowStore<K, A>;
  static constexpr std::chrono::milliseconds kStep{1};

 public:
  SlidingAggregator(Aggregation aggregation, std::chrono::milliseconds difference, bool old_values)
      : aggregation_(std::move(aggregation)), difference_(difference), old_values_(old_values) {}

  // Lifetime: all outlive this. `java`: what a window begins with is shown as its old value.
  void open(Store& store, SlidingChanges<K, V, A>& changes, Counter& late, bool java) {
    store_ = &store;
    changes_ = &changes;
    late_ = &late;
    java_ = java;
  }

  // Whether a record lies in the window that all early ones share.
  [[nodiscard]] bool early(const In& record) const {
    return record.timestamp < Timestamp(0) + difference_;
  }
  // `close`: windows that end before are closed.
  void take(const In& record, Timestamp close) {
    close_ = close;
    near_.clear();
    updates_.clear();
    if (early(record)) {
      take_early(record);
    } else if (look_around(record)) {
      create_around(record);
    }
    updates_.write(record, *store_, *changes_);
  }

 private:
  // Where the aggregate in row_ comes from.
  enum class Origin { stored, copied, initial };

  // Updates the windows that exist. Returns: whether some may be missing.
  bool look_around(const In& record) {
    const Timestamp at = record.timestamp;
    const Timestamp from = std::max(at - difference_ - difference_, Timestamp(0));
    for (auto row = store_->fetch(*record.key, from, at + kStep, Direction::backward); row.valid();
         row.next()) {
      near_.starts.push_back(row.start());
      const Timestamp end = row.start() + difference_;
      if (row.start() == at + kStep) {
        near_.right_window_exists = true;
      } else if (end < at) {
        near_.left = {row.value(), row.timestamp()};
        near_.previous_record = row.timestamp();
        return true;
      } else if (end == at) {
        near_.left_window_exists = true;
        update_stored(record, row);
        if (row.timestamp() >= at) {
          return false;  // a record of this time has been here
        }
        near_.previous_record = row.timestamp();
      } else {
        if (!near_.has_right) {
          near_.keep_right(row.value(), row.timestamp(), at);
        }
        update_stored(record, row);
      }
    }
    return true;
  }

  void create_around(const In& record) {
    const Timestamp at = record.timestamp;
    // The window that ends at the record is made below; Kafka Streams makes it here, too.
    const Timestamp from = java_ ? at : at + kStep;
    if (near_.previous_record.has_value() && *near_.previous_record + kStep + difference_ >= from) {
      create_behind(*near_.previous_record, record);
    }
    if (!near_.left_window_exists) {
      const bool reaches_previous =
          near_.previous_record.has_value() && at - difference_ <= *near_.previous_record;
      row_.timestamp = at;
      if (reaches_previous) {
        row_.value = near_.left.value;
      }
      update(record, {at - difference_, at}, reaches_previous ? Origin::copied : Origin::initial);
    }
    create_right_of(record);
  }

  // Windows cannot begin before 0: records before `difference` share one.
  void take_early(const In& record) {
    const Timestamp at = record.timestamp;
    for (auto row = store_->fetch(*record.key, Timestamp(0), at + kStep); row.valid(); row.next()) {
      near_.starts.push_back(row.start());
      if (row.start() == Timestamp(0)) {
        near_.has_combined = true;
        near_.combined = {row.value(), row.timestamp()};
        if (row.timestamp() < at) {
          near_.previous_record = row.timestamp();
        }
      } else if (row.start() <= at) {
        near_.keep_right(row.value(), row.timestamp(), at);
        update_stored(record, row);
      } else {
        near_.right_window_exists = true;
      }
    }
    if (!near_.has_right && near_.has_combined && near_.combined.timestamp > at) {
      near_.has_right = true;
      near_.right = near_.combined;
    }
    create_right_of(record);
    if (near_.previous_record.has_value()) {
      create_behind(*near_.previous_record, record);
    }
    row_ = near_.has_combined ? near_.combined : ValueAndTimestamp<A>{{}, at};
    update(record, {Timestamp(0), Timestamp(0) + difference_},
           near_.has_combined ? Origin::stored : Origin::initial);
  }

  // The window right behind the previous record, which this record is the first to lie in.
  void create_behind(Timestamp previous, const In& record) {
    const Timestamp start = previous + kStep;
    if (std::find(near_.starts.begin(), near_.starts.end(), start) == near_.starts.end()) {
      row_.timestamp = record.timestamp;
      update(record, {start, start + difference_}, Origin::initial);
    }
  }

  // The window right behind the record, which holds what is later already.
  void create_right_of(const In& record) {
    if (near_.right_window_exists || !near_.has_right ||
        near_.right.timestamp <= record.timestamp) {
      return;
    }
    const Timestamp start = record.timestamp + kStep;
    updates_.add({start, start + difference_}, near_.right.timestamp).begin(near_.right.value);
    updates_.settle(java_, record, *store_, *changes_);
  }

  template <class Row>
  void update_stored(const In& record, const Row& row) {
    row_.value = row.value();
    row_.timestamp = row.timestamp();
    update(record, {row.start(), row.start() + difference_}, Origin::stored);
  }

  void update(const In& record, const Window& window, Origin origin) {
    if (window.end < close_) {
      late_->add();
      return;
    }
    const bool present = origin == Origin::initial ? aggregation_.begin(row_.value) : true;
    WindowUpdate<A>& made = updates_.add(
        window, present ? std::max(record.timestamp, row_.timestamp) : record.timestamp);
    made.has_old = old_values_ && (origin == Origin::stored || (java_ && present));
    if (made.has_old) {
      made.old = row_.value;
    }
    made.exists = aggregate_value(aggregation_, present, record.key, record.value, row_.value);
    std::swap(made.value, row_.value);
    updates_.settle(java_, record, *store_, *changes_);
  }

  Aggregation aggregation_;
  std::chrono::milliseconds difference_;
  bool old_values_;
  Store* store_ = nullptr;
  SlidingChanges<K, V, A>* changes_ = nullptr;
  Counter* late_ = nullptr;
  bool java_ = false;
  Timestamp close_;
  SlidingNeighbours<A> near_;
  ValueAndTimestamp<A> row_{};
  WindowUpdates<A> updates_;
};

}  // namespace pawl::internal

// WindowCloser: which windows a record closes, for emission on close. A window has a place in time:
// its start, or its end if it is a session; with the close time, stream time less grace, the places
// of closed windows grow from the left.
//
// Natively windows are emitted before the record that closes them is taken in, because it could
// push them out of the store's retention; which ones have been emitted follows from the operator
// time, so it survives restarts. Kafka Streams looks after the record, at most once per emit
// interval, remembers the last close time in the offset metadata, and loses what the store hides by
// then. Source: AbstractKStreamTimeWindowAggregateProcessor, KStreamSessionWindowAggregate. Thread
// rule: owner thread only.
#pragma once

#include <pawl/engine/processing_context.h>

#include <algorithm>
#include <optional>
#include <string>

namespace pawl::internal {

class WindowCloser {
 public:
  // Both ends included.
  struct Places {
    Timestamp from;
    Timestamp to;
  };

  void open(ProcessingContext& context, const std::string& store) {
    context_ = &context;
    if (context.compatibility() == Compatibility::kafka_streams_4_3) {
      last_close_ = &context.processor_metadata(store);
    }
  }
  [[nodiscard]] bool java() const { return last_close_ != nullptr; }

  // Native. Returns: what closes when the last place of closed windows moves from `before` to
  // `now`; nothing when no window is there.
  std::optional<Places> newly_closed(Timestamp before, Timestamp now) {
    if (looked_at_ > before) {  // an abort took the time back: what was seen since is forgotten
      looked_at_ = before;
      earliest_ = Timestamp(0);
    }
    if (now <= before || now < earliest_) {
      return std::nullopt;
    }
    return Places{std::max(before + std::chrono::milliseconds(1), Timestamp(0)), now};
  }
  // Everything up to `now` has been emitted; the earliest window behind it is at `earliest`.
  void emitted(Timestamp now, Timestamp earliest) {
    looked_at_ = now;
    earliest_ = earliest;
  }
  // A window was written.
  void written(Timestamp place) { earliest_ = std::min(earliest_, place); }

  // Kafka Streams. `last_closed`: the last place of closed windows at a close time. Returns: what
  // is to be emitted now.
  template <class F>
  std::optional<Places> due(Timestamp close, F&& last_closed) {
    const Timestamp now = context_->wall_time();
    if (now < next_look_) {
      return std::nullopt;
    }
    next_look_ = now + context_->emit_interval();
    const Timestamp last = last_close_->value();
    const Timestamp to = last_closed(close);
    if ((last != Timestamp::unknown() && last >= close) || to < Timestamp(0)) {
      return std::nullopt;
    }
    if (last == Timestamp::unknown()) {
      return Places{Timestamp(0), to};
    }
    return Places{std::max(last_closed(last) + std::chrono::milliseconds(1), Timestamp(0)), to};
  }
  [[nodiscard]] bool first_time() const { return last_close_->value() == Timestamp::unknown(); }
  void emitted_until_close(Timestamp close) { last_close_->advance(close); }

 private:
  ProcessingContext* context_ = nullptr;
  OperatorTime* last_close_ = nullptr;  // Kafka Streams only
  Timestamp next_look_{0};
  // Native: a shortcut that saves looking into the store. It holds for close times from looked_at_
  // on; no window lies between there and earliest_.
  Timestamp looked_at_ = Timestamp::max();
  Timestamp earliest_{0};
};

}  // namespace pawl::internal

// StreamJoinNode: one side of a join of two streams: each record with every record of the other
// side whose time lies in its window. A result has the later of both timestamps and the headers of
// the record that came second. Null values are dropped, counted. Null keys too, unless this side
// gets results without a partner: then such a record passes at once, with none.
//
// A record that finds no partner is kept if this side gets results without one, and given out with
// its own timestamp and no partner once the latest time either side has seen lies beyond its window
// and grace; that happens when a record with the latest time arrives, before it is joined. One
// whose window (without grace) has ended when it arrives is given out at once. A late record is
// joined as any other, with what the other side still keeps. Source: KStreamKStreamJoin (KIP-633,
// KIP-962).
#pragma once

#include <pawl/engine/outlet.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>
#include <pawl/engine/side_output.h>
#include <pawl/operators/join_windows.h>
#include <pawl/operators/nodes/stream_join_merge_node.h>
#include <pawl/operators/nodes/unmatched_records.h>
#include <pawl/operators/stream_joiner.h>
#include <pawl/statestore/typed/stores.h>

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl::internal {

// What both sides of a join are made of.
template <class K, class VLeft, class VRight, class Joiner>
struct StreamJoinSpec {
  StreamJoinKind kind;
  Joiner joiner;
  JoinWindows windows;
  stores::Window<K, VLeft> left_store;
  stores::Window<K, VRight> right_store;
  std::string unmatched_store;  // empty: nothing is kept for later
};

template <JoinSide kSide, class K, class VLeft, class VRight, class VOut, class Joiner>
class StreamJoinNode final
    : public Node,
      public Receiver<K, std::conditional_t<kSide == JoinSide::left, VLeft, VRight>> {
  static constexpr bool kIsLeft = kSide == JoinSide::left;
  static constexpr JoinSide kOtherSide = kIsLeft ? JoinSide::right : JoinSide::left;
  using This = std::conditional_t<kIsLeft, VLeft, VRight>;
  using Other = std::conditional_t<kIsLeft, VRight, VLeft>;
  using Unmatched = UnmatchedRecords<K, VLeft, VRight>;

 public:
  StreamJoinNode(std::string name, StreamJoinSpec<K, VLeft, VRight, Joiner> spec)
      : Node(std::move(name)),
        spec_(std::move(spec)),
        windows_(kIsLeft ? spec_.windows : spec_.windows.mirrored()),
        outer_(kIsLeft ? spec_.kind != StreamJoinKind::inner
                       : spec_.kind == StreamJoinKind::outer) {}

  void connect(Node& child) override {
    if (side_outputs_.connect(child)) {
      return;
    }
    outlet_.connect(child);
    shared_ = dynamic_cast<SharesJoinProgress*>(&child);
    PAWL_ASSERT(shared_ != nullptr, child.name());
  }
  void init(ProcessingContext& context) override {
    context_ = &context;
    outlet_.init(context);
    side_outputs_.init(context);
    if constexpr (kIsLeft) {
      other_.emplace(context.store(spec_.right_store));
    } else {
      other_.emplace(context.store(spec_.left_store));
    }
    if (!spec_.unmatched_store.empty()) {
      unmatched_.emplace(context.state_store(spec_.unmatched_store),
                         UnmatchedSerdes<K, VLeft, VRight>{spec_.left_store.key_serde(),
                                                           spec_.left_store.value_serde(),
                                                           spec_.right_store.value_serde()});
    }
    java_ = context.compatibility() == Compatibility::kafka_streams_4_3;
    null_keys_ = DropReason(context, "null_key");
    null_values_ = DropReason(context, "null_value");
  }

  void receive(const Record<K, This>& record) override {
    if (unmatched_.has_value()) {
      shared_->progress().advance(record.timestamp);
    }
    if (record.value == nullptr) {
      side_outputs_.drop(record, null_values_);
    } else if (record.key != nullptr) {
      join(record);
    } else if (outer_) {
      forward(record, record.key, record.value, nullptr, record.timestamp);
    } else {
      side_outputs_.drop(record, null_keys_);
    }
  }

 private:
  void join(const Record<K, This>& record) {
    if (unmatched_.has_value() && record.timestamp == shared_->progress().time()) {
      give_out_closed(record);
    }
    const Timestamp from = std::max(Timestamp(0), record.timestamp - windows_.before());
    const Timestamp to = std::max(Timestamp(0), record.timestamp + windows_.after());
    auto partner = other_->fetch(*record.key, from, to);
    const bool alone = !partner.valid();
    for (; partner.valid(); partner.next()) {
      if (unmatched_.has_value()) {
        unmatched_->forget(kOtherSide, *record.key, partner.start(), record.timestamp);
      }
      forward(record, record.key, record.value, &partner.value(),
              std::max(record.timestamp, partner.start()));
    }
    if (alone && outer_) {
      if (!unmatched_.has_value() || to < shared_->progress().time()) {
        forward(record, record.key, record.value, nullptr, record.timestamp);
      } else {
        unmatched_->keep(kSide, *record.key, *record.value, record.timestamp);
        shared_->progress().kept(record.timestamp);
      }
    }
  }

  // Returns: how long a kept record of either side is open at least, without grace. A left join
  // keeps none of the right side.
  [[nodiscard]] std::chrono::milliseconds shortest_reach() const {
    return spec_.kind == StreamJoinKind::left
               ? spec_.windows.after()
               : std::min(spec_.windows.before(), spec_.windows.after());
  }

  // Gives out the kept records whose windows are closed, with the headers of `trigger`.
  void give_out_closed(const Record<K, This>& trigger) {
    StreamJoinProgress& progress = shared_->progress();
    // Kafka Streams looks when a record of this side could be closed; one of the other side, whose
    // window may end sooner, then waits longer.
    const std::chrono::milliseconds all_open_for =
        (java_ ? windows_.after() : shortest_reach()) + windows_.grace();
    if (!progress.scan_is_due(all_open_for, context_->wall_time(),
                              [this] { return unmatched_->earliest(); })) {
      return;
    }
    // What Kafka Streams knows of the first row may be too late.
    const Timestamp first = java_ ? Timestamp(0) : progress.earliest();
    bool left_open = false;
    bool right_open = false;
    Timestamp earliest_open = Timestamp::max();
    Timestamp last_seen = Timestamp::max();
    unmatched_->take_while(first, trigger.timestamp, [&](const UnmatchedKey& key, BytesView row) {
      using Verdict = typename Unmatched::Verdict;
      last_seen = key.timestamp;
      if (left_open && right_open) {
        return Verdict::stop;
      }
      // Kafka Streams goes on to the end where one side has no rows, which is a scan of all of them
      // for every one that is given out.
      if (!java_ && key.timestamp + all_open_for >= progress.time()) {
        earliest_open = std::min(earliest_open, key.timestamp);
        return Verdict::stop;
      }
      const bool is_left = key.side == JoinSide::left;
      const std::chrono::milliseconds open_for =
          (is_left ? spec_.windows.after() : spec_.windows.before()) + spec_.windows.grace();
      if (key.timestamp + open_for >= progress.time()) {
        earliest_open = std::min(earliest_open, key.timestamp);
        (is_left ? left_open : right_open) = true;
        return Verdict::leave;
      }
      unmatched_->for_each_record(
          key, row, [&](const K& kept_key, const VLeft* left, const VRight* right) {
            try {
              forward_joined(trigger, &kept_key, left, right, key.timestamp);
            } catch (const ProcessingStopped&) {
              throw;
            } catch (...) {
              // It is this result that is lost, not the trigger, and it is not met again.
              context_->processing_failed(*this);
            }
          });
      return Verdict::take;
    });
    // Kafka Streams takes the last record it saw for the first that is left, and so gives some out
    // later than it could; when depends on what it has seen since it was started.
    progress.scanned(java_ ? last_seen : earliest_open);
  }

  void forward(const Record<K, This>& trigger, const K* key, const This* value, const Other* other,
               Timestamp timestamp) {
    if constexpr (kIsLeft) {
      forward_joined(trigger, key, value, other, timestamp);
    } else {
      forward_joined(trigger, key, other, value, timestamp);
    }
  }
  void forward_joined(const Record<K, This>& trigger, const K* key, const VLeft* left,
                      const VRight* right, Timestamp timestamp) {
    const auto joined = call_joiner<Joiner, K, VLeft, VRight>(spec_.joiner, key, left, right);
    outlet_.forward({key, pointer_to(joined), timestamp, trigger.headers});
  }

  StreamJoinSpec<K, VLeft, VRight, Joiner> spec_;
  JoinWindows windows_;  // seen from this side
  bool outer_;
  Outlet<K, VOut> outlet_;
  SideOutputs<K, This> side_outputs_;
  ProcessingContext* context_ = nullptr;
  SharesJoinProgress* shared_ = nullptr;
  std::optional<TypedWindowStore<K, Other>> other_;
  std::optional<Unmatched> unmatched_;
  bool java_ = false;
  DropReason null_keys_;
  DropReason null_values_;
};

}  // namespace pawl::internal

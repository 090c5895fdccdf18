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

#include <pawl/engine/other_record_in_hand.h>
#include <pawl/engine/outlet.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>
#include <pawl/engine/side_output.h>
#include <pawl/operators/join_windows.h>
#include <pawl/operators/nodes/closed_unmatched.h>
#include <pawl/operators/nodes/stream_join_merge_node.h>
#include <pawl/operators/nodes/stream_join_spec.h>
#include <pawl/operators/nodes/unmatched_records.h>
#include <pawl/operators/stream_joiner.h>
#include <pawl/statestore/typed/stores.h>

#include <algorithm>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl::internal {

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
    // Kafka Streams takes a window that ends before 0 for one that ends there.
    const Timestamp end = record.timestamp + windows_.after();
    const Timestamp to = java_ ? std::max(Timestamp(0), end) : end;
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
        shared_->progress().kept(kSide, record.timestamp);
      }
    }
  }

  // Gives out the kept records whose windows are closed.
  void give_out_closed(const Record<K, This>& trigger) {
    StreamJoinProgress& progress = shared_->progress();
    progress.learn(spec_.kind == StreamJoinKind::outer, [this] { return unmatched_->earliest(); });
    ClosedUnmatched<Unmatched> closed(progress, *unmatched_, spec_.windows, trigger.timestamp,
                                      context_->wall_time());
    const auto give_out = [&](const UnmatchedKey& key, BytesView row) {
      unmatched_->for_each_record(
          key, row,
          [&](const K& kept_key, const VLeft* left, const VRight* right, BytesView value) {
            give_out_kept(key, value,
                          [&] { forward_joined(trigger, &kept_key, left, right, key.timestamp); });
          });
    };
    if (java_) {
      closed.take_as_kafka_streams(windows_.after() + windows_.grace(), give_out);
    } else {
      closed.take(give_out);
    }
  }

  // It is the kept record that is lost when the joiner or those behind it throw. Its own headers
  // and coordinates are not kept: the result has the headers of the trigger, and a dead letter
  // none, and says where the trigger came from.
  template <class Work>
  void give_out_kept(const UnmatchedKey& key, BytesView value, const Work& work) {
    if (java_) {
      work();
      return;
    }
    const OtherRecordInHand in_hand(*context_, {key.timestamp, &Headers::none()},
                                    context_->coordinates(), NullableBytesView(key.key),
                                    NullableBytesView(value));
    in_hand.process(*this, work);
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

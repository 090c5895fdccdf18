// SubscriptionSendNode: the left side of a foreign-key join: tells the right side which of its rows
// each left row wants. A row that changes its foreign key unsubscribes the old one, because the new
// one may be in another partition. Inner joins: a value without a foreign key is dropped, counted,
// and its former result deleted. Left joins always ask for an answer, without a key if need be.
// Natively inner joins do, too: an answer is dropped when its left row has changed meanwhile, so
// each change needs one of its own, or a former result may stay for good, as in Kafka Streams.
// Source: SubscriptionSendProcessorSupplier. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/foreign_key/subscription.h>
#include <pawl/operators/owned_result.h>
#include <pawl/operators/table_joiner.h>
#include <pawl/operators/user_function.h>
#include <pawl/serde/serde.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <TableJoinKind kKind, class K, class V, class KO, class ForeignKey>
class SubscriptionSendNode final : public OperatorNode<K, Change<V>, KO, Subscription<K>> {
 public:
  SubscriptionSendNode(std::string name, ForeignKey foreign_key, Serde<KO> foreign_serde,
                       Serde<V> value)
      : OperatorNode<K, Change<V>, KO, Subscription<K>>(std::move(name)),
        foreign_key_(std::move(foreign_key)),
        foreign_serde_(std::move(foreign_serde)),
        value_(std::move(value)) {}

  void receive(const Record<K, Change<V>>& record) override {
    const Change<V>& change = *record.value;
    if (!change.is_latest) {
      out_of_order_->add();
      return;
    }
    if (change.new_value == nullptr && change.old_value == nullptr) {
      return;
    }
    prepare(record);
    const std::optional<KO> before = foreign_key_of(*record.key, change.old_value);
    const std::optional<KO> after = foreign_key_of(*record.key, change.new_value);
    if constexpr (kKind == TableJoinKind::left) {
      if (before.has_value() && differ(before, after)) {
        send(record, before, SubscriptionInstruction::unsubscribe);
      }
      send(record, after, SubscriptionInstruction::subscribe_and_answer);
    } else {
      send_inner(record, before, after);
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    null_foreign_keys_ = &context.dropped_counter("null_foreign_key");
    out_of_order_ = &context.dropped_counter("out_of_order");
  }

 private:
  std::optional<KO> foreign_key_of(const K& key, const V* value) const {
    return value == nullptr ? std::nullopt
                            : owned_result<RecordResult<ForeignKey, K, V>>(
                                  call_with_record<ForeignKey, K, V>(foreign_key_, &key, value));
  }

  // Fills in what all subscriptions of a change share.
  void prepare(const Record<K, Change<V>>& record) {
    subscription_.primary_key = *record.key;
    subscription_.primary_partition = this->context().coordinates().partition;
    subscription_.hash.reset();
    if (record.value->new_value != nullptr) {
      bytes_.clear();
      value_.encode(*record.value->new_value, bytes_);
      subscription_.hash = murmur3_128(bytes_);
    }
  }

  void send_inner(const Record<K, Change<V>>& record, const std::optional<KO>& before,
                  const std::optional<KO>& after) {
    const bool always_answered =
        this->context().compatibility() != Compatibility::kafka_streams_4_3;
    if (!after.has_value()) {
      if (record.value->new_value != nullptr) {
        null_foreign_keys_->add();
      }
      if (before.has_value()) {
        send(record, before, SubscriptionInstruction::unsubscribe_and_answer);
      } else if (always_answered) {
        send(record, after, SubscriptionInstruction::subscribe_and_answer);
      }
    } else if (before.has_value() && differ(before, after)) {
      send(record, before, SubscriptionInstruction::unsubscribe);
      send(record, after, SubscriptionInstruction::subscribe_and_answer);
    } else {
      send(record, after,
           always_answered ? SubscriptionInstruction::subscribe_and_answer
                           : SubscriptionInstruction::subscribe);
    }
  }

  bool differ(const std::optional<KO>& before, const std::optional<KO>& after) {
    if (!after.has_value()) {
      return true;
    }
    bytes_.clear();
    other_bytes_.clear();
    foreign_serde_.encode(*before, bytes_);
    foreign_serde_.encode(*after, other_bytes_);
    return bytes_ != other_bytes_;
  }

  void send(const Record<K, Change<V>>& record, const std::optional<KO>& foreign_key,
            SubscriptionInstruction instruction) {
    subscription_.instruction = instruction;
    this->forward({pointer_to(foreign_key), &subscription_, record.timestamp, record.headers});
  }

  ForeignKey foreign_key_;
  Serde<KO> foreign_serde_;
  Serde<V> value_;
  Subscription<K> subscription_;
  Bytes bytes_;
  Bytes other_bytes_;
  Counter* null_foreign_keys_ = nullptr;
  Counter* out_of_order_ = nullptr;
};

}  // namespace pawl::internal

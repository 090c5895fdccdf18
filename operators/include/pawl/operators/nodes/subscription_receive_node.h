// SubscriptionReceiveNode: the right side of a foreign-key join remembers who joins its rows, and
// passes the subscriptions on. A subscription without a foreign key, of a left join, is only passed
// on; any other one is dropped, counted.
// Source: SubscriptionReceiveProcessorSupplier. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/foreign_key/subscription.h>
#include <pawl/operators/foreign_key/subscription_key.h>
#include <pawl/statestore/typed/stores.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K>
using SubscriptionStore = stores::TimestampedKeyValue<Bytes, Subscription<K>>;

template <class K, class KO>
class SubscriptionReceiveNode final
    : public OperatorNode<KO, Subscription<K>, KO, Subscription<K>> {
 public:
  SubscriptionReceiveNode(std::string name, SubscriptionStore<K> store, Serde<KO> foreign_key,
                          Serde<K> primary_key)
      : OperatorNode<KO, Subscription<K>, KO, Subscription<K>>(std::move(name)),
        definition_(std::move(store)),
        foreign_key_(std::move(foreign_key)),
        primary_key_(std::move(primary_key)) {}

  void receive(const Record<KO, Subscription<K>>& record) override {
    if (record.value == nullptr) {
      null_values_->add();
      return;
    }
    if (record.key != nullptr) {
      remember(record);
    } else if (record.value->instruction != SubscriptionInstruction::subscribe_and_answer) {
      null_keys_->add();
      return;
    }
    this->forward(record);
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_.emplace(context.store(definition_));
    null_keys_ = &context.dropped_counter("null_key");
    null_values_ = &context.dropped_counter("null_value");
  }

 private:
  void remember(const Record<KO, Subscription<K>>& record) {
    const Subscription<K>& subscription = *record.value;
    encode_subscription_key(foreign_key_, *record.key, primary_key_, subscription.primary_key,
                            row_key_);
    if (subscription.instruction == SubscriptionInstruction::unsubscribe ||
        subscription.instruction == SubscriptionInstruction::unsubscribe_and_answer) {
      store_->erase(row_key_, record.timestamp);
    } else {
      store_->put(row_key_, subscription, record.timestamp);
    }
  }

  SubscriptionStore<K> definition_;
  Serde<KO> foreign_key_;
  Serde<K> primary_key_;
  std::optional<typename SubscriptionStore<K>::Store> store_;
  Bytes row_key_;
  Counter* null_keys_ = nullptr;
  Counter* null_values_ = nullptr;
};

}  // namespace pawl::internal

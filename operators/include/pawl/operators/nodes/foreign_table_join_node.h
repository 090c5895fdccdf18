// ForeignTableJoinNode: the right side of a foreign-key join tells all who joined a row that it has
// changed. A record without a key and an update of a versioned table's past are dropped, counted.
// Source: ForeignTableJoinProcessorSupplier. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>
#include <pawl/operators/foreign_key/subscription_key.h>
#include <pawl/operators/nodes/subscription_receive_node.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class KO, class VO>
class ForeignTableJoinNode final
    : public OperatorNode<KO, Change<VO>, K, SubscriptionResponse<VO>> {
 public:
  ForeignTableJoinNode(std::string name, SubscriptionStore<K> store, Serde<KO> foreign_key)
      : OperatorNode<KO, Change<VO>, K, SubscriptionResponse<VO>>(std::move(name)),
        definition_(std::move(store)),
        foreign_key_(std::move(foreign_key)) {}

  void receive(const Record<KO, Change<VO>>& record) override {
    if (record.key == nullptr) {
      null_keys_->add();
      return;
    }
    if (!record.value->is_latest) {
      out_of_order_->add();
      return;
    }
    response_.foreign_value.reset();
    if (record.value->new_value != nullptr) {
      response_.foreign_value = *record.value->new_value;
    }
    encode_subscription_prefix(foreign_key_, *record.key, prefix_);
    for (auto row = store_->prefix(prefix_); row.valid(); row.next()) {
      const Subscription<K>& subscription = row.value();
      response_.hash = subscription.hash;
      response_.primary_partition = subscription.primary_partition;
      this->forward({&subscription.primary_key, &response_, record.timestamp, record.headers});
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_.emplace(context.store(definition_));
    null_keys_ = &context.dropped_counter("null_key");
    out_of_order_ = &context.dropped_counter("out_of_order");
  }

 private:
  SubscriptionStore<K> definition_;
  Serde<KO> foreign_key_;
  std::optional<typename SubscriptionStore<K>::Store> store_;
  SubscriptionResponse<VO> response_;
  Bytes prefix_;
  Counter* null_keys_ = nullptr;
  Counter* out_of_order_ = nullptr;
};

}  // namespace pawl::internal

// SubscriptionJoinNode: the right side of a foreign-key join answers a subscription with the value
// it has now, as the instruction says. The answer's timestamp is the later of subscription and
// value. Source: SubscriptionJoinProcessorSupplier. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/foreign_key/subscription.h>
#include <pawl/operators/table_lookup.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class KO, class VO>
class SubscriptionJoinNode final
    : public OperatorNode<KO, Subscription<K>, K, SubscriptionResponse<VO>> {
 public:
  SubscriptionJoinNode(std::string name, std::unique_ptr<TableLookup<KO, VO>> right)
      : OperatorNode<KO, Subscription<K>, K, SubscriptionResponse<VO>>(std::move(name)),
        right_(std::move(right)) {}

  void receive(const Record<KO, Subscription<K>>& record) override {
    const Subscription<K>& subscription = *record.value;
    const bool found = record.key != nullptr && right_->get(*record.key, row_);
    response_.foreign_value.reset();
    switch (subscription.instruction) {
      case SubscriptionInstruction::unsubscribe:
        return;
      case SubscriptionInstruction::unsubscribe_and_answer:
        break;
      case SubscriptionInstruction::subscribe:
        if (!found) {
          return;
        }
        response_.foreign_value = row_.value;
        break;
      case SubscriptionInstruction::subscribe_and_answer:
        if (found) {
          response_.foreign_value = row_.value;
        }
        break;
    }
    response_.hash = subscription.hash;
    response_.primary_partition = subscription.primary_partition;
    const Timestamp timestamp =
        found ? std::max(record.timestamp, row_.timestamp) : record.timestamp;
    this->forward({&subscription.primary_key, &response_, timestamp, record.headers});
  }
  void close() override { right_->close(); }

 protected:
  void opened(ProcessingContext& context) override {
    right_->open(context, reading_of_table_joins(context));
  }

 private:
  std::unique_ptr<TableLookup<KO, VO>> right_;
  ValueAndTimestamp<VO> row_{};
  SubscriptionResponse<VO> response_;
};

}  // namespace pawl::internal

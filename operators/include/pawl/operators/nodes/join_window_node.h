// JoinWindowNode: one side of a join of two streams: shows a record to the join, then keeps it for
// the records of the other side that are to come. A record without a key is not kept; one without a
// value only leaves a tombstone in the changelog, as in Kafka Streams. A record that is older than
// the store keeps is late: shown to the join all the same, not kept, counted (records.dropped,
// reason late). Source: KStreamJoinWindow.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/statestore/typed/stores.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class JoinWindowNode final : public OperatorNode<K, V, K, V> {
 public:
  JoinWindowNode(std::string name, stores::Window<K, V> store)
      : OperatorNode<K, V, K, V>(std::move(name)), definition_(std::move(store)) {}

  void receive(const Record<K, V>& record) override {
    this->forward(record);
    if (record.key == nullptr) {
      return;
    }
    const std::uint64_t expired = store_->store().expired_puts();
    store_->put(*record.key, record.value, record.timestamp);
    if (store_->store().expired_puts() != expired) {
      this->drop(record, late_);
    }
  }

 protected:
  void opened(ProcessingContext& context) override {
    store_.emplace(context.store(definition_));
    late_ = DropReason(context, "late");
  }

 private:
  stores::Window<K, V> definition_;
  std::optional<TypedWindowStore<K, V>> store_;
  DropReason late_;
};

}  // namespace pawl::internal

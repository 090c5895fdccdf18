// PassThroughNode: forwards everything: the node of merge() and of each branch of split().
// NullKeyFilterNode: forwards what has a key: in front of a repartition topic, whose records must
// have a place. Source: PassThrough, KStreamFilter as used by repartition nodes.
#pragma once

#include <pawl/engine/operator_node.h>

#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class PassThroughNode final : public OperatorNode<K, V, K, V> {
 public:
  using OperatorNode<K, V, K, V>::OperatorNode;
  void receive(const Record<K, V>& record) override { this->forward(record); }
};

enum class NullKeys { dropped, kept };

template <class K, class V>
class NullKeyFilterNode final : public OperatorNode<K, V, K, V> {
 public:
  NullKeyFilterNode(std::string name, NullKeys null_keys)
      : OperatorNode<K, V, K, V>(std::move(name)), null_keys_(null_keys) {}
  void receive(const Record<K, V>& record) override {
    if (record.key == nullptr && null_keys_ == NullKeys::dropped) {
      this->drop(record, dropped_);
      return;
    }
    this->forward(record);
  }

 protected:
  void opened(ProcessingContext& context) override { dropped_ = DropReason(context, "null_key"); }

 private:
  NullKeys null_keys_;
  DropReason dropped_;
};

}  // namespace pawl::internal

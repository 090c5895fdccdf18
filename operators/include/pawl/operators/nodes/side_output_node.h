// SideOutputNode: begins the stream of what its parents drop.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/engine/side_output.h>

namespace pawl::internal {

template <class K, class V>
class SideOutputNode final : public OperatorNode<K, V, K, V>, public TakesDroppedRecords {
 public:
  using OperatorNode<K, V, K, V>::OperatorNode;
  void receive(const Record<K, V>& record) override { this->forward(record); }
};

}  // namespace pawl::internal

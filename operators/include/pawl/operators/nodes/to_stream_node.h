// ToStreamNode: a table's changes as a stream of its new values; a deletion becomes a null value.
// Source: KTable.toStream.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/change.h>

#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V>
class ToStreamNode final : public OperatorNode<K, Change<V>, K, V> {
 public:
  using OperatorNode<K, Change<V>, K, V>::OperatorNode;
  void receive(const Record<K, Change<V>>& record) override {
    this->forward(record.with_value(record.value->new_value));
  }
};

}  // namespace pawl::internal

// PeekNode: shows every record to a function and passes it on; for_each() is the same without
// children. Source: KStreamPeek.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/user_function.h>

#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class Action>
class PeekNode final : public OperatorNode<K, V, K, V> {
 public:
  PeekNode(std::string name, Action action)
      : OperatorNode<K, V, K, V>(std::move(name)), action_(std::move(action)) {}
  void receive(const Record<K, V>& record) override {
    call_with_record<Action, K, V>(action_, record.key, record.value);
    this->forward(record);
  }

 private:
  Action action_;
};

}  // namespace pawl::internal

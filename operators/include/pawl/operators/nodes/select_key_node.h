// SelectKeyNode: the same value under another key.
// Source: KStreamMap as used by selectKey.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/user_function.h>

#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class KOut, class Selector>
class SelectKeyNode final : public OperatorNode<K, V, KOut, V> {
 public:
  SelectKeyNode(std::string name, Selector selector)
      : OperatorNode<K, V, KOut, V>(std::move(name)), selector_(std::move(selector)) {}
  void receive(const Record<K, V>& record) override {
    const auto key = call_with_record<Selector, K, V>(selector_, record.key, record.value);
    this->forward(record.with_key(pointer_to(key)));
  }

 private:
  Selector selector_;
};

}  // namespace pawl::internal

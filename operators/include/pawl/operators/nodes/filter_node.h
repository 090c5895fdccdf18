// FilterNode: passes the records on which a predicate has the wanted answer.
// Source: KStreamFilter.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/user_function.h>

#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class Predicate>
class FilterNode final : public OperatorNode<K, V, K, V> {
 public:
  FilterNode(std::string name, Predicate predicate, bool wanted)
      : OperatorNode<K, V, K, V>(std::move(name)),
        predicate_(std::move(predicate)),
        wanted_(wanted) {}
  void receive(const Record<K, V>& record) override {
    if (static_cast<bool>(
            call_with_record<Predicate, K, V>(predicate_, record.key, record.value)) == wanted_) {
      this->forward(record);
    }
  }

 private:
  Predicate predicate_;
  bool wanted_;
};

}  // namespace pawl::internal

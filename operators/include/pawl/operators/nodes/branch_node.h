// BranchNode: gives each record to the first child whose predicate holds; a record that fits none
// is dropped, counted with the reason `unmatched`. Source: KStreamBranch.
#pragma once

#include <pawl/engine/operator_node.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

// One predicate per child, in the order of the children.
template <class K, class V>
using BranchPredicates = std::vector<std::function<bool(const K*, const V*)>>;

template <class K, class V>
class BranchNode final : public OperatorNode<K, V, K, V> {
 public:
  BranchNode(std::string name, std::shared_ptr<const BranchPredicates<K, V>> predicates)
      : OperatorNode<K, V, K, V>(std::move(name)), predicates_(std::move(predicates)) {}
  void receive(const Record<K, V>& record) override {
    for (std::size_t child = 0; child < predicates_->size(); ++child) {
      if ((*predicates_)[child](record.key, record.value)) {
        this->outlet().forward_to(child, record);
        return;
      }
    }
    this->drop(record, unmatched_);
  }

 protected:
  void opened(ProcessingContext& context) override {
    unmatched_ = DropReason(context, "unmatched");
  }

 private:
  std::shared_ptr<const BranchPredicates<K, V>> predicates_;
  DropReason unmatched_;
};

}  // namespace pawl::internal

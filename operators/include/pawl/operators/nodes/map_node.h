// MapNode: one record in, one record out, with another key and value.
// Source: KStreamMap.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/user_function.h>

#include <string>
#include <utility>

namespace pawl::internal {

// The mapper returns std::pair<Key, Value>; either may be std::optional.
template <class K, class V, class KOut, class VOut, class Mapper>
class MapNode final : public OperatorNode<K, V, KOut, VOut> {
 public:
  MapNode(std::string name, Mapper mapper)
      : OperatorNode<K, V, KOut, VOut>(std::move(name)), mapper_(std::move(mapper)) {}
  void receive(const Record<K, V>& record) override {
    const auto mapped = call_with_record<Mapper, K, V>(mapper_, record.key, record.value);
    this->forward(
        {pointer_to(mapped.first), pointer_to(mapped.second), record.timestamp, record.headers});
  }

 private:
  Mapper mapper_;
};

}  // namespace pawl::internal

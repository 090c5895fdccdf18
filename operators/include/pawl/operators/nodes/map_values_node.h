// MapValuesNode: one record in, one record out, with another value.
// Source: KStreamMapValues.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/user_function.h>

#include <string>
#include <utility>

namespace pawl::internal {

template <class K, class V, class VOut, class Mapper>
class MapValuesNode final : public OperatorNode<K, V, K, VOut> {
 public:
  MapValuesNode(std::string name, Mapper mapper)
      : OperatorNode<K, V, K, VOut>(std::move(name)), mapper_(std::move(mapper)) {}
  void receive(const Record<K, V>& record) override {
    const auto mapped = call_with_record<Mapper, K, V>(mapper_, record.key, record.value);
    this->forward(record.with_value(pointer_to(mapped)));
  }

 private:
  Mapper mapper_;
};

}  // namespace pawl::internal

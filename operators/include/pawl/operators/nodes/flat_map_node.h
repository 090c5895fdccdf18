// FlatMapNode and FlatMapValuesNode: one record in, any number out.
// Source: KStreamFlatMap, KStreamFlatMapValues.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/user_function.h>

#include <ranges>
#include <string>
#include <utility>

namespace pawl::internal {

template <class Range>
using ElementOf = std::ranges::range_value_t<Range>;

// The mapper returns a range of std::pair<Key, Value>; either may be std::optional.
template <class K, class V, class KOut, class VOut, class Mapper>
class FlatMapNode final : public OperatorNode<K, V, KOut, VOut> {
 public:
  FlatMapNode(std::string name, Mapper mapper)
      : OperatorNode<K, V, KOut, VOut>(std::move(name)), mapper_(std::move(mapper)) {}
  void receive(const Record<K, V>& record) override {
    auto mapped = call_with_record<Mapper, K, V>(mapper_, record.key, record.value);
    for (const ElementOf<decltype(mapped)>& pair : mapped) {
      const auto& [key, value] = pair;
      this->forward({pointer_to(key), pointer_to(value), record.timestamp, record.headers});
    }
  }

 private:
  Mapper mapper_;
};

// The mapper returns a range of values, which may be std::optional.
template <class K, class V, class VOut, class Mapper>
class FlatMapValuesNode final : public OperatorNode<K, V, K, VOut> {
 public:
  FlatMapValuesNode(std::string name, Mapper mapper)
      : OperatorNode<K, V, K, VOut>(std::move(name)), mapper_(std::move(mapper)) {}
  void receive(const Record<K, V>& record) override {
    auto mapped = call_with_record<Mapper, K, V>(mapper_, record.key, record.value);
    for (const ElementOf<decltype(mapped)>& value : mapped) {
      this->forward(record.with_value(pointer_to(value)));
    }
  }

 private:
  Mapper mapper_;
};

}  // namespace pawl::internal

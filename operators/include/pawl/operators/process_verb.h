// Stream::process: a hand-made step (processor.h). Source: KStreamImpl.process.
#pragma once

#include <pawl/engine/processor.h>
#include <pawl/operators/checked_supplier.h>
#include <pawl/operators/derived_stream.h>
#include <pawl/operators/stream.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
template <class Supplier>
auto Stream<K, V, kLacking>::process(Supplier supplier, std::vector<std::string> stores,
                                     const Named& named) const {
  using P = typename std::invoke_result_t<const Supplier&>::element_type;
  static_assert(std::is_same_v<typename P::KeyIn, K> && std::is_same_v<typename P::ValueIn, V>,
                "pawl: this processor receives other key or value types than the stream has.");
  using KOut = typename P::KeyOut;
  using VOut = typename P::ValueOut;
  // Source: KStreamImpl.process: a given name takes no number.
  const std::string name =
      named.name().has_value() ? *named.name() : plan_.plan->next_name("KSTREAM-PROCESSOR-");
  internal::check_supplier(name, supplier);
  stores = plan_.plan->connect_stores(supplier, std::move(stores));
  internal::PlanNode& node = plan_.plan->add_processor(
      name, {plan_.node},
      [name, supplier = std::move(supplier)] {
        return std::make_unique<ProcessorNode<K, V, KOut, VOut>>(name, supplier());
      },
      std::move(stores));
  node.traits.changes_value = true;
  return internal::remade_stream<KOut, VOut>(plan_, node);
}

}  // namespace pawl

// GlobalTable<K, V>: a topic as a table of which every instance of the application has all keys. A
// handle, cheap to copy, to join streams with (global_table_join_verb.h).
//
// Its store is read from the beginning of the topic at each start, before any task runs, and kept
// up from there by a consumer of its own; it has no changelog. It is not a part of any transaction:
// what a stream finds in it depends on how far it has come. Every processor may read the store by
// its name, without being connected.
// Source: GlobalKTable, InternalStreamsBuilder.globalTable. Thread rule: one thread, until the
// topology is built.
#pragma once

#include <pawl/engine/processor.h>
#include <pawl/engine/source_node.h>
#include <pawl/operators/checked_supplier.h>
#include <pawl/operators/consumed.h>
#include <pawl/operators/logical_plan.h>
#include <pawl/statestore/typed/stores.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

namespace internal {

template <class K, class V>
struct GlobalTablePlan {
  std::shared_ptr<LogicalPlan> plan;
  stores::TimestampedKeyValue<K, V> definition;
};

// The factory of a hand-made processor that fills a global store.
template <class K, class V, class Supplier>
NodeFactory global_processor_factory(const std::string& name, const Supplier& supplier) {
  using P = typename std::invoke_result_t<const Supplier&>::element_type;
  static_assert(std::is_same_v<typename P::KeyIn, K> && std::is_same_v<typename P::ValueIn, V>,
                "pawl: this processor receives other key or value types than the topic has.");
  check_supplier(name, supplier);
  return [name, supplier] {
    return std::make_unique<ProcessorNode<K, V, typename P::KeyOut, typename P::ValueOut>>(
        name, supplier());
  };
}

// The source of a global store.
template <class K, class V>
NodeSpec global_source(const std::string& name, const std::string& topic, const Serde<K>& key,
                       const Serde<V>& value, const Consumed<K, V>& consumed) {
  NodeSpec source;
  source.name = name;
  source.kind = NodeKind::source;
  source.topics = {topic};
  source.invalid_timestamp = consumed.invalid_timestamp();
  source.factory = node_factory<SourceNode<K, V>>(name, key, value, consumed.extractor(),
                                                  consumed.timestamp_source());
  return source;
}

// Adds the source and the processor of a global store. `factory_of`: node name -> NodeFactory.
template <class K, class V, class FactoryOf>
void add_global_nodes(LogicalPlan& plan, const StoreSpec& store, const std::string& topic,
                      const Serde<K>& key, const Serde<V>& value, const Consumed<K, V>& consumed,
                      FactoryOf&& factory_of) {
  std::string source = plan.next_name("KSTREAM-SOURCE-");
  const std::string name = plan.next_name("KTABLE-SOURCE-", consumed.name());
  if (consumed.name().has_value()) {
    source = *consumed.name() + "-source";
  }
  plan.add_store(store);
  PlanNode& source_node =
      plan.add(source, {},
               [source, topic, key, value, consumed](const PlanNode& /*node*/, TopologySpec& spec) {
                 spec.nodes.push_back(global_source(source, topic, key, value, consumed));
               });
  plan.add_processor(name, {&source_node}, factory_of(name), {store.name});
}

}  // namespace internal

template <class K, class V>
class GlobalTable {
 public:
  using Key = K;
  using Value = V;

  explicit GlobalTable(internal::GlobalTablePlan<K, V> plan) : plan_(std::move(plan)) {}
  // For authors of operators.
  [[nodiscard]] const internal::GlobalTablePlan<K, V>& plan() const { return plan_; }
  // The store's name, for queries and for processors.
  [[nodiscard]] const std::string& store_name() const { return plan_.definition.spec().name; }

 private:
  internal::GlobalTablePlan<K, V> plan_;
};

}  // namespace pawl

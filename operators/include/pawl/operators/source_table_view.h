// SourceTableView: the view of a table that is made of a stream's records (a topic read as a table,
// Stream::to_table, the results of a foreign-key join). Its store has a name from the beginning and
// is made only if the user names it, somebody looks values up, or wants old values.
// add_table_source: adds the node of such a table. Source: KTableSource.
// Thread rule: as TableView.
#pragma once

#include <pawl/operators/logical_plan.h>
#include <pawl/operators/nodes/table_source_node.h>
#include <pawl/operators/serde_choice.h>
#include <pawl/operators/table_view.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

template <class K, class V>
class SourceTableView final : public TableView<K, V> {
 public:
  // `node`: for messages. `value` absent: no store can be made.
  SourceTableView(std::string node, StoreSpec spec, Serde<K> key, std::optional<Serde<V>> value)
      : node_(std::move(node)),
        spec_(std::move(spec)),
        key_(std::move(key)),
        value_(std::move(value)) {}

  // From now on there is a store. Throws TopologyError when the values have no serde.
  void keep() {
    if (!value_.has_value()) {
      no_serde(node_, "values");
    }
    kept_ = true;
  }
  // Returns: the store, if it is kept.
  [[nodiscard]] typename TableRows<K, V>::Definition store() const {
    if (!kept_) {
      return std::nullopt;
    }
    return stores::TimestampedKeyValue<K, V>(spec_, key_, *value_);
  }

  std::vector<std::string> stores() override {
    keep();
    return {spec_.name};
  }
  [[nodiscard]] std::unique_ptr<TableLookup<K, V>> lookup() const override {
    return std::make_unique<StoreLookup<K, V>>(*store());
  }
  [[nodiscard]] const StoreSpec* versioned_store() const override {
    return spec_.kind == StoreKind::versioned_key_value ? &spec_ : nullptr;
  }
  bool want_old_values(StoreDemand demand) override {
    if (!kept_ && demand == StoreDemand::if_kept) {
      return false;
    }
    keep();
    old_values_ = true;
    return true;
  }
  [[nodiscard]] bool old_values() const override { return old_values_; }

 private:
  std::string node_;
  StoreSpec spec_;
  Serde<K> key_;
  std::optional<Serde<V>> value_;
  bool kept_ = false;
  bool old_values_ = false;
};

template <class K, class V>
PlanNode& add_table_source(LogicalPlan& plan, const std::string& name, PlanNode& parent,
                           std::shared_ptr<const SourceTableView<K, V>> view) {
  return plan.add(name, {&parent},
                  [name, view = std::move(view)](const PlanNode& node, TopologySpec& topology) {
                    const auto store = view->store();
                    NodeSpec processor;
                    processor.name = name;
                    processor.parents = node.parent_outputs();
                    if (store.has_value()) {
                      processor.stores = {store->spec().name};
                      topology.stores.push_back(store->spec());
                    }
                    processor.factory =
                        node_factory<TableSourceNode<K, V>>(name, store, view->old_values());
                    topology.nodes.push_back(std::move(processor));
                  });
}

}  // namespace pawl::internal

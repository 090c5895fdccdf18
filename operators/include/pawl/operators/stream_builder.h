// StreamBuilder: composes a topology with the DSL.
//
//   pawl::StreamBuilder builder;
//   builder.stream<std::string, std::string>("words")
//       .group_by([](const std::string& word) { return word; })
//       .count(Materialized::as("counts"))
//       .to_stream()
//       .to("word-counts");
//   pawl::Topology topology = builder.build();
// Source: StreamsBuilder.
// Thread rule: one thread. Errors: TopologyError from the verb or from build(), before anything
// starts.
#pragma once

#include <pawl/engine/topology.h>
#include <pawl/operators/consumed.h>
#include <pawl/operators/global_table.h>
#include <pawl/operators/materialized.h>
#include <pawl/operators/optimizations.h>
#include <pawl/operators/source_table_view.h>
#include <pawl/operators/stream.h>
#include <pawl/operators/table.h>
#include <pawl/operators/topics.h>

#include <memory>
#include <optional>
#include <string>
#include <typeindex>
#include <utility>
#include <vector>

namespace pawl {

class StreamBuilder {
 public:
  // A stream of one topic, of several, or of all that match a pattern (topics.h).
  template <class K, class V>
  Stream<K, V> stream(const Topics& topics, const Consumed<K, V>& consumed = {}) {
    return stream<K, V>(topics, default_serde<K>(), default_serde<V>(), consumed);
  }
  template <class K, class V>
  Stream<K, V> stream(const Topics& topics, Serde<K> key, Serde<V> value,
                      const Consumed<K, V>& consumed = {}) {
    const std::string name = plan_->next_name("KSTREAM-SOURCE-", consumed.name());
    internal::StreamPlan<K, V> stream;
    stream.plan = plan_;
    stream.node = &add_source<K, V>(name, topics, key, value, consumed);
    stream.sources = {name};
    stream.key_serde = std::move(key);
    stream.value_serde = std::move(value);
    return Stream<K, V>(std::move(stream));
  }

  // A topic as a table. Its store is made when it is named or when somebody looks values up in it.
  template <class K, class V>
  Table<K, V> table(const std::string& topic, const Materialized& materialized = {},
                    const Consumed<K, V>& consumed = {}) {
    return table(topic, default_serde<K>(), default_serde<V>(), materialized, consumed);
  }
  template <class K, class V>
  Table<K, V> table(const std::string& topic, Serde<K> key, Serde<V> value,
                    const Materialized& materialized = {}, const Consumed<K, V>& consumed = {}) {
    const std::string store = materialized.name().has_value() ? *materialized.name()
                                                              : plan_->next_store_name(topic + "-");
    const bool named = consumed.name().has_value();
    std::string source = plan_->next_name("KSTREAM-SOURCE-");
    std::string name = plan_->next_name("KTABLE-SOURCE-");
    if (named) {
      source = *consumed.name() + "-source";
      name = *consumed.name();
    }
    internal::PlanNode& source_node = add_source<K, V>(source, {topic}, key, value, consumed);
    StoreSpec spec = materialized.spec(store, StoreKind::key_value);
    // Restored from the topic, rows would get its timestamps, and those that were never read.
    if (consumed.keeps_timestamps() && consumed.offset_reset() == OffsetReset::earliest) {
      spec.source_topic = topic;
    }
    const auto view = std::make_shared<internal::SourceTableView<K, V>>(
        name, std::move(spec), key, std::optional<Serde<V>>(value));
    if (materialized.name().has_value()) {
      view->keep();
    }
    internal::TablePlan<K, V> table{.plan = plan_,
                                    .sources = {source},
                                    .key_serde = std::move(key),
                                    .value_serde = std::move(value),
                                    .view = view,
                                    .queryable_store = materialized.name()};
    table.node = &internal::add_table_source<K, V>(*plan_, name, source_node, view);
    return Table<K, V>(std::move(table));
  }

  // A topic as a table of which every instance has all keys, whatever the partitions: to be joined
  // with, or read by any processor under its store's name (global_table.h).
  template <class K, class V>
  GlobalTable<K, V> global_table(const std::string& topic, const Materialized& materialized = {},
                                 const Consumed<K, V>& consumed = {}) {
    return global_table(topic, default_serde<K>(), default_serde<V>(), materialized, consumed);
  }
  template <class K, class V>
  GlobalTable<K, V> global_table(const std::string& topic, const Serde<K>& key,
                                 const Serde<V>& value, const Materialized& materialized = {},
                                 const Consumed<K, V>& consumed = {});

  // A store of which every instance has one copy, filled from a topic by a hand-made processor: the
  // only one that writes it, and the only one connected to it. It runs for every record of the
  // topic, after each start from the beginning. `supplier`: as in Stream::process.
  template <class Definition, class K, class V, class Supplier>
  void add_global_store(const Definition& definition, const std::string& topic, Serde<K> key,
                        Serde<V> value, Supplier supplier, const Consumed<K, V>& consumed = {});

  // Whether the stores of tables and aggregations have room for headers (store_format.h).
  void store_format(StoreFormat format) { plan_->store_format(format); }

  // A store for hand-made processors (statestore/typed/stores.h). Once is enough.
  template <class Definition>
  void add_store(const Definition& definition) {
    plan_->add_store_once(definition.spec());
  }

  [[nodiscard]] Topology build(const Optimizations& optimizations = Optimizations::none()) const {
    return plan_->build(optimizations);
  }

 private:
  template <class K, class V>
  internal::PlanNode& add_source(const std::string& name, const Topics& topics, const Serde<K>& key,
                                 const Serde<V>& value, const Consumed<K, V>& consumed) {
    internal::PlanNode& node =
        plan_->add(name, {},
                   [name, topics, key, value, consumed](const internal::PlanNode& self,
                                                        TopologySpec& topology) {
                     if (self.output() != name) {
                       return;  // merged with an earlier source of the same topics
                     }
                     NodeSpec source;
                     source.name = name;
                     source.kind = NodeKind::source;
                     source.topics = topics.names();
                     source.topic_pattern = topics.pattern();
                     source.offset_reset = consumed.offset_reset();
                     source.invalid_timestamp = consumed.invalid_timestamp();
                     source.factory = internal::node_factory<SourceNode<K, V>>(
                         name, key, value, consumed.extractor(), consumed.timestamp_source());
                     topology.nodes.push_back(std::move(source));
                   });
    const Codec<K>& key_codec = key.codec();
    const Codec<V>& value_codec = value.codec();
    node.source = internal::PlanNode::Source{
        topics.names(),
        topics.pattern(),
        std::type_index(typeid(std::pair<K, V>)),
        consumed.offset_reset(),
        consumed.invalid_timestamp(),
        consumed.timestamp_source(),
        std::type_index(consumed.extractor().target_type()),
        std::type_index(typeid(key_codec)),
        std::type_index(typeid(value_codec)),
    };
    return node;
  }

  std::shared_ptr<internal::LogicalPlan> plan_ = std::make_shared<internal::LogicalPlan>();
};

template <class K, class V>
GlobalTable<K, V> StreamBuilder::global_table(const std::string& topic, const Serde<K>& key,
                                              const Serde<V>& value,
                                              const Materialized& materialized,
                                              const Consumed<K, V>& consumed) {
  const std::string store =
      materialized.name().has_value() ? *materialized.name() : plan_->next_store_name(topic + "-");
  StoreSpec spec = materialized.spec(store, StoreKind::key_value);
  spec.logging = Logging::disabled;
  spec.global = true;
  const stores::TimestampedKeyValue<K, V> definition(spec, key, value);
  internal::add_global_nodes(*plan_, spec, topic, key, value, consumed,
                             [definition](const std::string& name) {
                               return internal::node_factory<internal::TableSourceNode<K, V>>(
                                   name, std::optional(definition), false);
                             });
  return GlobalTable<K, V>({plan_, definition});
}

template <class Definition, class K, class V, class Supplier>
void StreamBuilder::add_global_store(const Definition& definition, const std::string& topic,
                                     Serde<K> key, Serde<V> value, Supplier supplier,
                                     const Consumed<K, V>& consumed) {
  StoreSpec spec = definition.spec();
  spec.logging = Logging::disabled;
  spec.global = true;
  internal::add_global_nodes(*plan_, spec, topic, key, value, consumed,
                             [supplier = std::move(supplier)](const std::string& name) {
                               return internal::global_processor_factory<K, V>(name, supplier);
                             });
}

}  // namespace pawl

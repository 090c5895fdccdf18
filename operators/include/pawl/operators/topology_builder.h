// TopologyBuilder: composes a topology by hand, node by node. Edges are typed handles, so a
// processor behind a node that produces something else does not compile.
//
//   TopologyBuilder builder;
//   const auto events = builder.source("events", {"in"}, serde::string(), serde::string());
//   builder.add_store(seen);
//   const auto unique = builder.processor("unique", [] { return std::make_unique<Unique>(); },
//   events, {"seen"}); builder.sink("out", "out", unique, serde::string(), serde::string());
// Source: org.apache.kafka.streams.Topology.
// Thread rule: one thread. Errors: TopologyError from build().
#pragma once

#include <pawl/engine/processor.h>
#include <pawl/engine/sink_node.h>
#include <pawl/engine/source_node.h>
#include <pawl/engine/topology.h>
#include <pawl/operators/checked_supplier.h>
#include <pawl/operators/connected_stores.h>
#include <pawl/operators/consumed.h>
#include <pawl/operators/global_table.h>
#include <pawl/operators/logical_plan.h>
#include <pawl/operators/node_handle.h>
#include <pawl/operators/read_only_store.h>
#include <pawl/operators/topics.h>

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pawl {

class TopologyBuilder {
 public:
  template <class K, class V>
  NodeHandle<K, V> source(const std::string& name, const Topics& topics, Serde<K> key,
                          Serde<V> value, const Consumed<K, V>& consumed = {}) {
    NodeSpec source;
    source.name = name;
    source.kind = NodeKind::source;
    source.topics = topics.names();
    source.topic_pattern = topics.pattern();
    source.offset_reset = consumed.offset_reset();
    source.invalid_timestamp = consumed.invalid_timestamp();
    source.factory = internal::node_factory<SourceNode<K, V>>(
        name, std::move(key), std::move(value), consumed.extractor(), consumed.timestamp_source());
    spec_.nodes.push_back(std::move(source));
    if (!consumed.keeps_timestamps()) {
      retimed_sources_.insert(name);
    }
    return NodeHandle<K, V>(name);
  }

  // `supplier` returns std::unique_ptr of a Processor that receives what the parents produce.
  template <class Supplier, class K, class V>
  auto processor(const std::string& name, Supplier supplier,
                 const std::vector<NodeHandle<K, V>>& parents,
                 std::vector<std::string> stores = {}) {
    using P = typename std::invoke_result_t<const Supplier&>::element_type;
    static_assert(
        std::is_same_v<typename P::KeyIn, K> && std::is_same_v<typename P::ValueIn, V>,
        "pawl: this processor receives other key or value types than its parent produces.");
    using KOut = typename P::KeyOut;
    using VOut = typename P::ValueOut;
    NodeSpec processor;
    processor.name = name;
    processor.parents = names_of(parents);
    internal::check_supplier(name, supplier);
    internal::connect_supplied_stores(supplier, stores, [this](const StoreSpec& spec) {
      internal::add_store_once(spec_.stores, spec);
    });
    processor.stores = std::move(stores);
    processor.factory = [name, supplier = std::move(supplier)] {
      return std::make_unique<ProcessorNode<K, V, KOut, VOut>>(name, supplier());
    };
    spec_.nodes.push_back(std::move(processor));
    return NodeHandle<KOut, VOut>(name);
  }
  template <class Supplier, class K, class V>
  auto processor(const std::string& name, Supplier supplier, const NodeHandle<K, V>& parent,
                 std::vector<std::string> stores = {}) {
    return processor(name, std::move(supplier), std::vector<NodeHandle<K, V>>{parent},
                     std::move(stores));
  }

  template <class K, class V>
  void sink(const std::string& name, const std::string& topic,
            const std::vector<NodeHandle<K, V>>& parents, Serde<K> key, Serde<V> value,
            StreamPartitioner<K, V> partitioner = {}) {
    NodeSpec sink;
    sink.name = name;
    sink.kind = NodeKind::sink;
    sink.parents = names_of(parents);
    sink.topics = {topic};
    sink.factory = internal::node_factory<SinkNode<K, V>>(name, topic, TopicOwner::user,
                                                          TopicChooser<K, V>(), std::move(key),
                                                          std::move(value), std::move(partitioner));
    spec_.nodes.push_back(std::move(sink));
  }
  // To the topic that `chooser` names for each record.
  template <class K, class V>
  void sink(const std::string& name, TopicChooser<K, V> chooser,
            const std::vector<NodeHandle<K, V>>& parents, Serde<K> key, Serde<V> value,
            StreamPartitioner<K, V> partitioner = {}) {
    NodeSpec sink;
    sink.name = name;
    sink.kind = NodeKind::sink;
    sink.parents = names_of(parents);
    sink.chooses_topic = true;
    sink.chooser_name = "TopicChooser";
    sink.factory = internal::node_factory<SinkNode<K, V>>(name, std::string(), TopicOwner::user,
                                                          std::move(chooser), std::move(key),
                                                          std::move(value), std::move(partitioner));
    spec_.nodes.push_back(std::move(sink));
  }
  template <class K, class V>
  void sink(const std::string& name, const std::string& topic, const NodeHandle<K, V>& parent,
            Serde<K> key = default_serde<K>(), Serde<V> value = default_serde<V>()) {
    sink(name, topic, std::vector<NodeHandle<K, V>>{parent}, std::move(key), std::move(value));
  }

  // A global store with its own source and the processor that fills it (StreamBuilder::
  // add_global_store).
  template <class Definition, class K, class V, class Supplier>
  void add_global_store(const Definition& definition, const std::string& source_name,
                        const std::string& topic, Serde<K> key, Serde<V> value,
                        const std::string& processor_name, Supplier supplier,
                        const Consumed<K, V>& consumed = {}) {
    StoreSpec store = definition.spec();
    store.logging = Logging::disabled;
    store.global = true;
    spec_.stores.push_back(store);
    spec_.nodes.push_back(internal::global_source(source_name, topic, key, value, consumed));
    NodeSpec processor;
    processor.name = processor_name;
    processor.parents = {source_name};
    processor.stores = {store.name};
    processor.factory = internal::global_processor_factory<K, V>(processor_name, supplier);
    spec_.nodes.push_back(std::move(processor));
  }

  // A store that holds exactly what the topic of `source` says, in every task the keys of its
  // partitions: filled by a hand-made processor, restored from the topic, without a changelog of
  // its own. The processor must write each record as it comes, because a restore does not ask it;
  // others that are connected to the store only read it. The source reads one topic from its start,
  // with the timestamps of its records. Source: Topology.addReadOnlyStateStore (KIP-813).
  template <class Definition, class K, class V, class Supplier>
  void add_read_only_store(const Definition& definition, const NodeHandle<K, V>& source,
                           const std::string& processor_name, Supplier supplier) {
    StoreSpec store = definition.spec();
    store.source_topic =
        internal::mirrored_topic(spec_, store.name, source.name(), retimed_sources_);
    internal::add_store_once(spec_.stores, store);
    processor(processor_name, std::move(supplier), source, {store.name});
  }

  // Connects a processor that was added before to more stores.
  template <class K, class V>
  void connect(const NodeHandle<K, V>& processor, const std::vector<std::string>& stores) {
    const auto found =
        std::find_if(spec_.nodes.begin(), spec_.nodes.end(),
                     [&](const NodeSpec& node) { return node.name == processor.name(); });
    if (found == spec_.nodes.end() || found->kind != NodeKind::processor) {
      throw TopologyError("'" + processor.name() +
                          "' is no processor of this topology: only those use stores");
    }
    found->stores.insert(found->stores.end(), stores.begin(), stores.end());
  }

  template <class Definition>
  void add_store(const Definition& definition) {
    internal::add_store_once(spec_.stores, definition.spec());
  }
  // The topics of these sources must have equal partition counts.
  void copartition(std::set<std::string> sources) {
    spec_.copartitioned_sources.push_back(std::move(sources));
  }

  [[nodiscard]] Topology build() const { return Topology(spec_); }

 private:
  template <class K, class V>
  static std::vector<std::string> names_of(const std::vector<NodeHandle<K, V>>& handles) {
    std::vector<std::string> names;
    for (const NodeHandle<K, V>& handle : handles) {
      names.push_back(handle.name());
    }
    return names;
  }
  TopologySpec spec_;
  std::set<std::string> retimed_sources_;
};

}  // namespace pawl

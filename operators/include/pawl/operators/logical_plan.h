// LogicalPlan: the graph that the DSL builds while a program is composed. Its nodes write
// themselves into a TopologySpec only when the topology is built, because later calls still decide
// about earlier nodes: whether a table needs a store, whether old values are wanted.
//
// Names: one counter for the whole plan; every node and store takes a number at the call that makes
// it, whether it is named or not, so that generated names equal those of Kafka Streams. Source:
// InternalStreamsBuilder, GraphNode. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/engine/source_node.h>
#include <pawl/engine/topology.h>
#include <pawl/operators/connected_stores.h>
#include <pawl/operators/optimizations.h>
#include <pawl/operators/store_format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <typeindex>
#include <vector>

namespace pawl::internal {

// The nodes and the topic of one repartitioning.
struct RepartitionNames {
  std::string topic;
  std::string sink;
  std::string filter;
  std::string source;
};

class PlanNode;

// When a windowed aggregation takes no more events of a window.
struct WindowClose {
  std::optional<std::chrono::milliseconds> grace;  // after the end of the window; absent: never
  bool end_inclusive = false;                      // sliding windows and sessions
};

// What the rules of optimize_plan.h go by.
struct PlanTraits {
  // Source: GraphNode.isKeyChangingOperation, isValueChangingOperation. What only Kafka Streams
  // does not count as a change, processors and joins, counts as one of the value when another type
  // comes out, or another key may: no repartition topic moves before it.
  bool changes_key = false;
  bool changes_value = false;
  bool merges = false;
  // Gives results for records without a key, so that repartition topics upstream keep them.
  bool takes_null_keys = false;

  struct Repartition {
    std::string topic;
    std::string filter;
    // Whether it may become one with others behind the same change of the key.
    bool mergeable = true;
    // Returns: how to write the same repartitioning under other names.
    std::function<std::function<void(const PlanNode&, TopologySpec&)>(RepartitionNames)> renamed;
  };
  std::optional<Repartition> repartition;

  // Joins of two streams: the node that keeps the right side's records.
  const PlanNode* right_window = nullptr;

  std::optional<WindowClose> window_close;
};

class PlanNode {
 public:
  // Adds the node's processors to `spec`. Parents have been written.
  using Write = std::function<void(const PlanNode& node, TopologySpec& spec)>;

  PlanNode(std::string output, std::vector<PlanNode*> parents, Write write)
      : output_(std::move(output)), parents_(std::move(parents)), write_(std::move(write)) {}
  // A copy with other parents: what optimising changes, so that a plan can be built again.
  PlanNode(const PlanNode& original, std::vector<PlanNode*> parents)
      : source(original.source),
        traits(original.traits),
        priority(original.priority),
        output_(original.output_),
        parents_(std::move(parents)),
        write_(original.write_) {}
  PlanNode(const PlanNode&) = delete;
  PlanNode& operator=(const PlanNode&) = delete;

  // The topology node whose records the children of this plan node receive.
  [[nodiscard]] const std::string& output() const { return output_; }
  void reroute(std::string output) { output_ = std::move(output); }
  // Without repetitions: a node is fed once, even by a parent that it has twice.
  [[nodiscard]] std::vector<std::string> parent_outputs() const;
  [[nodiscard]] const std::vector<PlanNode*>& parents() const { return parents_; }
  void replace_parent(const PlanNode& former, PlanNode& by);
  void write(TopologySpec& spec) const { write_(*this, spec); }

  // For sources: what they read, as which types, and how. Of functions and codecs only the type can
  // be compared.
  struct Source {
    std::vector<std::string> topics;
    std::string topic_pattern;
    std::type_index types;
    OffsetReset offset_reset;
    InvalidTimestamp invalid_timestamp;
    TimestampSource timestamp_source;
    std::type_index extractor;
    std::type_index key_codec;
    std::type_index value_codec;
    [[nodiscard]] bool reads_same_topics(const Source& other) const {
      return std::is_permutation(topics.begin(), topics.end(), other.topics.begin(),
                                 other.topics.end()) &&
             topic_pattern == other.topic_pattern;
    }
    [[nodiscard]] bool reads_like(const Source& other) const {
      return offset_reset == other.offset_reset && invalid_timestamp == other.invalid_timestamp &&
             timestamp_source == other.timestamp_source && extractor == other.extractor &&
             key_codec == other.key_codec && value_codec == other.value_codec;
    }
  };
  std::optional<Source> source;
  PlanTraits traits;
  // Of the nodes whose parents have been written, that with the smallest is written next. It
  // decides the numbers of subtopologies.
  int priority = 0;

  // Streams: the repartition node that joins of this stream share, and its source.
  struct JoinRepartition {
    PlanNode* node;
    std::string source;
  };
  std::optional<JoinRepartition> join_repartition;

  // What the optimiser decided. Repartition nodes: a join downstream takes null keys. Joins of a
  // stream with itself: one store is enough.
  bool keeps_null_keys = false;
  bool single_store = false;

 private:
  std::string output_;
  std::vector<PlanNode*> parents_;
  Write write_;
};

// Returns: when the windows close that the keys behind `node` stand for: as the nearest windowed
// aggregations upstream say, of several as the one that waits longest. Absent: there is a way
// upstream without any. Source: GraphGraceSearchUtil.
std::optional<WindowClose> window_close_behind(const PlanNode& node);

class LogicalPlan {
 public:
  // `<prefix><10-digit number>`
  std::string next_name(const std::string& prefix);
  // A number is used up and the given name returned, or a name with that number.
  std::string next_name(const std::string& prefix, const std::optional<std::string>& given);
  // `<prefix>STATE-STORE-<10-digit number>`
  std::string next_store_name(const std::string& prefix);

  PlanNode& add(std::string output, std::vector<PlanNode*> parents, PlanNode::Write write);
  // Something more follows this node, which goes to the end of the queue as in Kafka Streams.
  void add_again(PlanNode& node) { node.priority = next_priority_++; }
  // A processor with one factory.
  PlanNode& add_processor(std::string name, std::vector<PlanNode*> parents, NodeFactory factory,
                          std::vector<std::string> stores = {});
  void add_store(StoreSpec store) { stores_.push_back(std::move(store)); }
  // The same, unless this very store is there.
  void add_store_once(const StoreSpec& store) { internal::add_store_once(stores_, store); }
  // Adds the stores that a supplier brings. Returns: those names and the given ones.
  template <class Supplier>
  std::vector<std::string> connect_stores(const Supplier& supplier,
                                          std::vector<std::string> given) {
    connect_supplied_stores(supplier, given,
                            [this](const StoreSpec& spec) { add_store_once(spec); });
    return given;
  }
  // The topics of these sources must have equal partition counts.
  void copartition(std::set<std::string> sources) { copartitioned_.push_back(std::move(sources)); }

  // Decides about every store that the DSL makes, before or after this call.
  void store_format(StoreFormat format) { store_format_ = format; }

  // Throws TopologyError.
  [[nodiscard]] Topology build(const Optimizations& optimizations) const;

 private:
  std::vector<std::unique_ptr<PlanNode>> nodes_;
  std::vector<StoreSpec> stores_;
  std::vector<std::set<std::string>> copartitioned_;
  int next_number_ = 0;
  int next_priority_ = 0;
  StoreFormat store_format_ = StoreFormat::plain;
};

// Returns: the factory of a node class whose constructor takes the node's name first.
template <class NodeType, class... Arguments>
NodeFactory node_factory(std::string name, Arguments... arguments) {
  return [name = std::move(name), ... arguments = std::move(arguments)] {
    return std::make_unique<NodeType>(name, arguments...);
  };
}

}  // namespace pawl::internal

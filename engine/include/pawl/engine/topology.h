// Topology: the finished plan of an application: nodes, their edges, stores and topics, cut into
// subtopologies. Immutable and cheap to copy. Made by StreamBuilder (the DSL) or TopologyBuilder
// (nodes by hand). Thread rule: any thread.
#pragma once

#include <pawl/engine/compatibility.h>
#include <pawl/engine/node.h>
#include <pawl/engine/offset_reset.h>
#include <pawl/engine/sink_node.h>
#include <pawl/model/ids.h>
#include <pawl/statestore/store_spec.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace pawl {

// A mistake in building a topology; says which node or topic and what to do. Thrown before anything
// starts.
class TopologyError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// What happens to a record whose timestamp is negative.
enum class InvalidTimestamp { by_settings, fail, skip, use_partition_time };

// Makes the node of one task. Thread rule: called from several threads at once.
using NodeFactory = std::function<std::unique_ptr<Node>()>;

enum class NodeKind { source, processor, sink };

struct NodeSpec {
  std::string name;
  NodeKind kind = NodeKind::processor;
  std::vector<std::string> parents;
  NodeFactory factory;
  std::vector<std::string> stores;  // names of connected stores

  // Sources: their topics; internal ones without the application id. Sinks: one topic, or none when
  // `chooses_topic`.
  std::vector<std::string> topics;
  // Sources that read all topics whose whole name matches this regular expression; `topics` is
  // empty until those are known.
  std::string topic_pattern;
  TopicOwner topic_owner = TopicOwner::user;
  OffsetReset offset_reset = OffsetReset::earliest;
  InvalidTimestamp invalid_timestamp = InvalidTimestamp::by_settings;
  bool chooses_topic = false;
  std::string chooser_name;  // what describe() shows for it
};

// A topic that the application makes for itself between two subtopologies.
struct RepartitionTopicSpec {
  std::string name;  // without the application id
  std::optional<std::int32_t> partitions;
};

// What a Topology is made of; nodes in the order in which they were added, parents first.
struct TopologySpec {
  std::vector<NodeSpec> nodes;
  std::vector<StoreSpec> stores;
  std::vector<RepartitionTopicSpec> repartition_topics;
  // Source nodes whose topics must have equal partition counts.
  std::vector<std::set<std::string>> copartitioned_sources;
  // Empty: no node is observed.
  NodeObserverSupplier observers;
};

struct Subtopology {
  SubtopologyId id;
  // Feeds a global store: runs once in the process, makes no tasks.
  bool global = false;
  std::vector<std::size_t> nodes;  // positions in TopologySpec::nodes, in order
  std::vector<std::string> stores;
  std::set<std::string> source_topics;        // of users
  std::set<std::string> repartition_sources;  // internal, without the application id
  std::set<std::string> sink_topics;          // of users
  std::set<std::string> repartition_sinks;    // internal, without the application id
};

class Topology {
 public:
  // Checks the whole plan. Throws TopologyError with the first mistake.
  explicit Topology(TopologySpec spec);

  [[nodiscard]] const std::vector<NodeSpec>& nodes() const { return plan_->spec.nodes; }
  [[nodiscard]] const std::vector<StoreSpec>& stores() const { return plan_->spec.stores; }
  [[nodiscard]] const std::vector<RepartitionTopicSpec>& repartition_topics() const {
    return plan_->spec.repartition_topics;
  }
  [[nodiscard]] const std::vector<std::set<std::string>>& copartitioned_sources() const {
    return plan_->spec.copartitioned_sources;
  }
  [[nodiscard]] const std::vector<Subtopology>& subtopologies() const {
    return plan_->subtopologies;
  }
  [[nodiscard]] const NodeObserverSupplier& observers() const { return plan_->spec.observers; }
  // Returns: the same plan, whose nodes are observed (node_observer.h), in place of former
  // observers. Throws TopologyError for an empty function.
  [[nodiscard]] Topology observed_by(NodeObserverSupplier observers) const;

  // Requires: a store of that name.
  [[nodiscard]] const StoreSpec& store(const std::string& name) const;
  // Returns: the repartition topic's own spec. Requires: one of that name.
  [[nodiscard]] const RepartitionTopicSpec& repartition_topic(const std::string& name) const;

  // Whether sources read topics by a pattern.
  [[nodiscard]] bool has_patterns() const;
  // Returns: the same plan, in which such sources read those of `topics` that they match. Throws
  // TopologyError where one matches none, and where two match the same.
  [[nodiscard]] Topology reading(const std::set<std::string>& topics) const;

  // Returns: the plan as text, byte for byte as Kafka Streams' Topology.describe().toString().
  [[nodiscard]] std::string describe() const;

  // Returns: for people: internal topics with their configs, stores and what their size follows,
  // and the warnings.
  [[nodiscard]] std::string explain(const std::string& application_id = "<application id>",
                                    Compatibility compatibility = Compatibility::native) const;
  // Returns: what is likely to hurt later, each with its remedy: generated names of state, state
  // without a changelog, changelogs that keep less than their stores.
  [[nodiscard]] std::vector<std::string> warnings() const;
  // Returns: the plan as a picture, in the languages of Graphviz and of Mermaid.
  [[nodiscard]] std::string to_dot() const;
  [[nodiscard]] std::string to_mermaid() const;

  // Returns: 16 hex digits that change when the plan changes in a way that makes its state another
  // one: nodes, edges, topics, stores and their formats. Members of one group must agree on it.
  [[nodiscard]] std::string fingerprint() const;

 private:
  struct Plan {
    TopologySpec spec;
    std::vector<Subtopology> subtopologies;
  };
  std::shared_ptr<const Plan> plan_;
};

}  // namespace pawl

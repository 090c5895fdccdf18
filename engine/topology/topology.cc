#include "topology/subtopologies.h"
#include "topology/topic_patterns.h"
#include "topology/topology_description.h"
#include "topology/topology_drawing.h"
#include "topology/topology_explanation.h"
#include "topology/topology_validation.h"

#include <pawl/engine/topology.h>

#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

namespace pawl {
namespace {

// FNV-1a, 64 bits: a name for a plan, not a defence against anyone.
std::uint64_t fnv1a(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

}  // namespace

Topology::Topology(TopologySpec spec) {
  internal::validate_topology(spec);
  auto plan = std::make_shared<Plan>();
  plan->subtopologies = internal::cut_subtopologies(spec);
  plan->spec = std::move(spec);
  plan_ = std::move(plan);
}

const StoreSpec& Topology::store(const std::string& name) const {
  const auto found = std::find_if(stores().begin(), stores().end(),
                                  [&](const StoreSpec& store) { return store.name == name; });
  PAWL_ASSERT(found != stores().end(), name);
  return *found;
}

const RepartitionTopicSpec& Topology::repartition_topic(const std::string& name) const {
  const auto found =
      std::find_if(repartition_topics().begin(), repartition_topics().end(),
                   [&](const RepartitionTopicSpec& topic) { return topic.name == name; });
  PAWL_ASSERT(found != repartition_topics().end(), name);
  return *found;
}

bool Topology::has_patterns() const {
  return std::any_of(nodes().begin(), nodes().end(),
                     [](const NodeSpec& node) { return !node.topic_pattern.empty(); });
}

Topology Topology::reading(const std::set<std::string>& topics) const {
  TopologySpec spec = plan_->spec;
  internal::match_patterns(spec, topics);
  return Topology(std::move(spec));
}

Topology Topology::observed_by(NodeObserverSupplier observers) const {
  if (!observers) {
    throw TopologyError("observed_by() got an empty function: give it one that makes observers");
  }
  auto plan = std::make_shared<Plan>(*plan_);
  plan->spec.observers = std::move(observers);
  Topology observed = *this;
  observed.plan_ = std::move(plan);
  return observed;
}

std::string Topology::describe() const {
  return internal::describe_topology(plan_->spec, plan_->subtopologies);
}

std::string Topology::explain(const std::string& application_id,
                              Compatibility compatibility) const {
  return internal::explain_topology(plan_->spec, plan_->subtopologies, application_id,
                                    compatibility);
}

std::vector<std::string> Topology::warnings() const {
  return internal::topology_warnings(plan_->spec);
}

std::string Topology::to_dot() const {
  return internal::draw_as_dot(plan_->spec, plan_->subtopologies);
}

std::string Topology::to_mermaid() const {
  return internal::draw_as_mermaid(plan_->spec, plan_->subtopologies);
}

std::string Topology::fingerprint() const {
  std::string text = describe();
  for (const StoreSpec& store : stores()) {
    text += fmt::format("{} {} {} {} {} {}{}\n", store.name, static_cast<int>(store.kind),
                        store.timestamped, store.retention.count(), store.window_size.count(),
                        store.retain_duplicates, store.headers ? " headers" : "");
    if (store.source_topic.has_value()) {
      text += fmt::format("{} {}\n", store.name, *store.source_topic);
    }
  }
  for (const NodeSpec& node : nodes()) {
    if (!node.topic_pattern.empty()) {
      text += fmt::format("{} {}\n", node.name, fmt::join(node.topics, " "));
    }
  }
  for (const RepartitionTopicSpec& topic : repartition_topics()) {
    text += fmt::format("{} {}\n", topic.name, topic.partitions.value_or(0));
  }
  return fmt::format("{:016x}", fnv1a(text));
}

}  // namespace pawl

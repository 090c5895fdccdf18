#include "topology/subtopologies.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>

namespace pawl::internal {
namespace {

// Union-find over node positions.
class Groups {
 public:
  explicit Groups(std::size_t nodes) : parent_(nodes) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }
  std::size_t root(std::size_t node) {
    while (parent_[node] != node) {
      parent_[node] = parent_[parent_[node]];
      node = parent_[node];
    }
    return node;
  }
  void join(std::size_t left, std::size_t right) { parent_[root(right)] = root(left); }

 private:
  std::vector<std::size_t> parent_;
};

void add_topics(const NodeSpec& node, Subtopology& into) {
  const bool internal = node.topic_owner == TopicOwner::internal;
  if (node.kind == NodeKind::source) {
    (internal ? into.repartition_sources : into.source_topics)
        .insert(node.topics.begin(), node.topics.end());
  } else if (node.kind == NodeKind::sink) {
    (internal ? into.repartition_sinks : into.sink_topics)
        .insert(node.topics.begin(), node.topics.end());
  }
}

}  // namespace

std::vector<Subtopology> cut_subtopologies(const TopologySpec& spec) {
  Groups groups(spec.nodes.size());
  std::map<std::string, std::size_t> position;
  std::map<std::string, std::size_t> store_user;
  for (std::size_t node = 0; node < spec.nodes.size(); ++node) {
    position[spec.nodes[node].name] = node;
    for (const std::string& parent : spec.nodes[node].parents) {
      groups.join(position.at(parent), node);
    }
    for (const std::string& store : spec.nodes[node].stores) {
      const auto [user, first] = store_user.try_emplace(store, node);
      if (!first) {
        groups.join(user->second, node);
      }
    }
  }
  std::vector<Subtopology> result;
  std::map<std::size_t, std::size_t> of_root;
  for (std::size_t node = 0; node < spec.nodes.size(); ++node) {
    const auto [at, fresh] = of_root.try_emplace(groups.root(node), result.size());
    if (fresh) {
      result.emplace_back().id = SubtopologyId(static_cast<std::int32_t>(at->second));
    }
    Subtopology& subtopology = result[at->second];
    subtopology.nodes.push_back(node);
    add_topics(spec.nodes[node], subtopology);
    for (const std::string& store : spec.nodes[node].stores) {
      subtopology.global =
          subtopology.global ||
          std::any_of(spec.stores.begin(), spec.stores.end(), [&](const StoreSpec& candidate) {
            return candidate.global && candidate.name == store;
          });
      if (std::find(subtopology.stores.begin(), subtopology.stores.end(), store) ==
          subtopology.stores.end()) {
        subtopology.stores.push_back(store);
      }
    }
  }
  return result;
}

}  // namespace pawl::internal

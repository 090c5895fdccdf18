#include "topology/topology_validation.h"

#include "topology/topic_patterns.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string>

namespace pawl::internal {
namespace {

void validate_stores(const TopologySpec& spec) {
  std::set<std::string> names;
  for (const StoreSpec& store : spec.stores) {
    validate_name("store", store.name);
    if (!names.insert(store.name).second) {
      throw TopologyError(
          fmt::format("two stores are called '{}': give one another name", store.name));
    }
    if (store.global && (store.kind != StoreKind::key_value || store.entries_max.has_value())) {
      throw TopologyError(fmt::format(
          "global store '{}' must be a key-value store, plain or timestamped, without a limit",
          store.name));
    }
    if (store.entries_max == 0U) {
      throw TopologyError(
          fmt::format("store '{}' is limited to 0 keys: give it room for at least one, or use a "
                      "store without a limit",
                      store.name));
    }
    if (store.kind == StoreKind::versioned_key_value && store.retention.count() < 0) {
      throw TopologyError(
          fmt::format("versioned store '{}' needs a history retention of at least 0", store.name));
    }
    if (store.caching == Caching::enabled && store.retain_duplicates) {
      throw TopologyError(
          fmt::format("store '{}' keeps duplicates, so its writes cannot be merged in a cache: "
                      "remove with_caching()",
                      store.name));
    }
    if (!is_windowed(store)) {
      continue;
    }
    if (store.retention.count() <= 0 || store.window_size.count() < 0) {
      throw TopologyError(
          fmt::format("store '{}' of windows or sessions needs a positive retention", store.name));
    }
    if (store.window_size > store.retention) {
      throw TopologyError(
          fmt::format("window store '{}' keeps its windows for {} ms, less than the {} ms that one "
                      "window is long: raise the retention",
                      store.name, store.retention.count(), store.window_size.count()));
    }
  }
}

void validate_edges(const NodeSpec& node, const std::map<std::string, const NodeSpec*>& known) {
  if (node.kind == NodeKind::source) {
    if (!node.parents.empty() || (node.topics.empty() && node.topic_pattern.empty())) {
      throw TopologyError(fmt::format("source '{}' needs topics and has no parents", node.name));
    }
    return;
  }
  if (node.parents.empty()) {
    throw TopologyError(fmt::format("node '{}' has no parent: connect it to one", node.name));
  }
  for (const std::string& parent : node.parents) {
    const auto found = known.find(parent);
    if (found == known.end()) {
      throw TopologyError(fmt::format(
          "node '{}' names the parent '{}', which was not added before it", node.name, parent));
    }
    if (found->second->kind == NodeKind::sink) {
      throw TopologyError(fmt::format(
          "node '{}' has the sink '{}' as parent: sinks have no children", node.name, parent));
    }
  }
}

// A global store is fed by one processor behind one source; that pair does nothing else.
void validate_global_stores(const TopologySpec& spec) {
  std::set<std::string> sources;
  std::size_t nodes = 0;
  for (const StoreSpec& store : spec.stores) {
    if (!store.global) {
      continue;
    }
    std::vector<const NodeSpec*> users;
    for (const NodeSpec& node : spec.nodes) {
      if (std::find(node.stores.begin(), node.stores.end(), store.name) != node.stores.end()) {
        users.push_back(&node);
      }
    }
    if (users.size() != 1 || users.front()->stores.size() != 1 ||
        users.front()->parents.size() != 1) {
      throw TopologyError(fmt::format(
          "global store '{}' belongs to the one processor of its topic; others read it without "
          "being connected",
          store.name));
    }
    nodes += 2;
    sources.insert(users.front()->parents.front());
  }
  if (nodes == 0) {
    return;
  }
  if (nodes == spec.nodes.size()) {
    throw TopologyError(
        "the topology has global stores only: it needs at least one source of its own");
  }
  for (const std::string& source : sources) {
    const auto children =
        std::count_if(spec.nodes.begin(), spec.nodes.end(), [&](const NodeSpec& node) {
          return std::find(node.parents.begin(), node.parents.end(), source) != node.parents.end();
        });
    if (children != 1) {
      throw TopologyError(fmt::format(
          "source '{}' feeds a global store: nothing else can read it; read another topic, or the "
          "store",
          source));
    }
  }
}

}  // namespace

void validate_name(const std::string& what, const std::string& name) {
  const bool legal = !name.empty() && name.size() <= 249 && name != "." && name != ".." &&
                     std::all_of(name.begin(), name.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
                     });
  if (!legal) {
    throw TopologyError(fmt::format(
        "{} name '{}' is not possible: use 1 to 249 characters of a-z A-Z 0-9 . _ -", what, name));
  }
}

void validate_topology(const TopologySpec& spec) {
  if (spec.nodes.empty()) {
    throw TopologyError("the topology is empty: it needs at least one source");
  }
  validate_stores(spec);
  std::map<std::string, const NodeSpec*> known;
  std::map<std::string, std::string> source_of_topic;
  std::set<std::string> used_stores;
  for (const NodeSpec& node : spec.nodes) {
    validate_name("node", node.name);
    validate_edges(node, known);
    if (!known.emplace(node.name, &node).second) {
      throw TopologyError(
          fmt::format("two nodes are called '{}': give one another name", node.name));
    }
    for (const std::string& topic : node.topics) {
      validate_name("topic", topic);
      if (node.kind == NodeKind::source) {
        const auto [other, fresh] = source_of_topic.emplace(topic, node.name);
        if (!fresh) {
          throw TopologyError(
              fmt::format("topic '{}' is read by two sources, '{}' and '{}': read it once and use "
                          "that stream twice",
                          topic, other->second, node.name));
        }
      }
    }
    for (const std::string& store : node.stores) {
      if (std::none_of(spec.stores.begin(), spec.stores.end(),
                       [&](const StoreSpec& known_store) { return known_store.name == store; })) {
        throw TopologyError(
            fmt::format("node '{}' uses the store '{}', which was not added", node.name, store));
      }
      used_stores.insert(store);
    }
  }
  validate_patterns(spec);
  validate_global_stores(spec);
  for (const StoreSpec& store : spec.stores) {
    if (!used_stores.contains(store.name)) {
      throw TopologyError(fmt::format(
          "store '{}' is connected to no node: connect it or leave it out", store.name));
    }
  }
}

}  // namespace pawl::internal

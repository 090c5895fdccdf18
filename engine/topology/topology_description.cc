#include "topology/topology_description.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace pawl::internal {
namespace {

std::uint32_t java_hash(const std::string& text) {
  std::uint32_t hash = 0;
  for (const char c : text) {
    hash = hash * 31U + static_cast<unsigned char>(c);
  }
  return hash;
}

// Returns: the strings in the order in which a java.util.HashMap filled in the given order
// iterates.
std::vector<std::string> java_hash_order(const std::vector<std::string>& inserted) {
  std::size_t capacity = 16;
  while (inserted.size() > capacity * 3 / 4) {
    capacity *= 2;
  }
  std::vector<std::string> result = inserted;
  std::stable_sort(result.begin(), result.end(),
                   [&](const std::string& left, const std::string& right) {
                     const auto bucket = [&](const std::string& text) {
                       const std::uint32_t hash = java_hash(text);
                       return (hash ^ (hash >> 16U)) & (capacity - 1);
                     };
                     return bucket(left) < bucket(right);
                   });
  return result;
}

// A node of the description. Neighbour sets are ordered by sizes that still grow while they are
// filled, as in Java; both are red-black trees, so the order comes out the same.
struct Described {
  const NodeSpec* spec = nullptr;
  std::size_t size = 1;
  struct LargerFirst {
    bool operator()(const Described* left, const Described* right) const {
      return left->size != right->size ? left->size > right->size
                                       : left->spec->name < right->spec->name;
    }
  };
  std::set<Described*, LargerFirst> predecessors;
  std::set<Described*, LargerFirst> successors;

  void grow(std::size_t by) {  // NOLINT(misc-no-recursion): as deep as the topology
    size += by;
    for (Described* predecessor : predecessors) {
      predecessor->grow(by);
    }
  }
};

std::string joined(const std::vector<std::string>& parts) {
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string names_of(const std::set<Described*, Described::LargerFirst>& nodes) {
  if (nodes.empty()) {
    return "none";
  }
  std::vector<std::string> names;
  names.reserve(nodes.size());
  for (const Described* node : nodes) {
    names.push_back(node->spec->name);
  }
  return joined(names);
}

std::string text_of(const Described& node) {
  const NodeSpec& spec = *node.spec;
  switch (spec.kind) {
    case NodeKind::source:
      return fmt::format("    Source: {} (topics: {})\n      --> {}\n", spec.name,
                         spec.topic_pattern.empty()
                             ? fmt::format("[{}]", joined(java_hash_order(spec.topics)))
                             : spec.topic_pattern,
                         names_of(node.successors));
    case NodeKind::processor:
      return fmt::format("    Processor: {} (stores: [{}])\n      --> {}\n      <-- {}\n",
                         spec.name, joined(java_hash_order(spec.stores)), names_of(node.successors),
                         names_of(node.predecessors));
    case NodeKind::sink:
      break;
  }
  return spec.chooses_topic ? fmt::format("    Sink: {} (extractor class: {})\n      <-- {}\n",
                                          spec.name, spec.chooser_name, names_of(node.predecessors))
                            : fmt::format("    Sink: {} (topic: {})\n      <-- {}\n", spec.name,
                                          spec.topics.front(), names_of(node.predecessors));
}

std::string describe_subtopology(const TopologySpec& spec, const Subtopology& subtopology) {
  std::vector<std::string> inserted;
  std::map<std::string, std::unique_ptr<Described>> nodes;
  for (const std::size_t position : subtopology.nodes) {
    const NodeSpec& node = spec.nodes[position];
    inserted.push_back(node.name);
    nodes.emplace(node.name, std::make_unique<Described>()).first->second->spec = &node;
  }
  // Java collects the names of a group in a HashSet and the nodes by name in a HashMap.
  const std::vector<std::string> order = java_hash_order(java_hash_order(inserted));
  for (const std::string& name : order) {
    Described& node = *nodes.at(name);
    for (const std::string& parent : node.spec->parents) {
      Described& predecessor = *nodes.at(parent);
      node.predecessors.insert(&predecessor);
      predecessor.successors.insert(&node);
      predecessor.grow(node.size);
    }
  }
  std::vector<const Described*> sorted;
  sorted.reserve(nodes.size());
  for (const auto& [name, node] : nodes) {
    sorted.push_back(node.get());
  }
  std::sort(sorted.begin(), sorted.end(), [](const Described* left, const Described* right) {
    return Described::LargerFirst()(left, right);
  });
  std::string text =
      fmt::format("  Sub-topology: {}{}\n", subtopology.id.value(),
                  subtopology.global ? " for global store (will not generate tasks)" : "");
  for (const Described* node : sorted) {
    text += text_of(*node);
  }
  return subtopology.global ? text : text + "\n";
}

}  // namespace

std::string describe_topology(const TopologySpec& spec,
                              const std::vector<Subtopology>& subtopologies) {
  std::string text = "Topologies:\n ";
  for (const Subtopology& subtopology : subtopologies) {
    text += describe_subtopology(spec, subtopology);
  }
  return text;
}

}  // namespace pawl::internal

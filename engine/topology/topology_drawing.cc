#include "topology/topology_drawing.h"

#include <fmt/format.h>
#include <functional>
#include <map>
#include <set>

namespace pawl::internal {
namespace {

// What a picture consists of, whatever its language.
struct Edge {
  std::string from;
  std::string to;
  bool dashed = false;  // to a store
};

// Gives every name a short id without special characters, in the order of first use.
class Ids {
 public:
  explicit Ids(const char* prefix) : prefix_(prefix) {}
  std::string of(const std::string& name) {
    const auto [found, fresh] = ids_.try_emplace(name, ids_.size());
    return fmt::format("{}{}", prefix_, found->second);
  }
  [[nodiscard]] const std::map<std::string, std::size_t>& all() const { return ids_; }

 private:
  const char* prefix_;
  std::map<std::string, std::size_t> ids_;
};

struct Picture {
  Ids nodes{"n"};
  Ids topics{"t"};
  Ids stores{"s"};
  std::vector<Edge> edges;
};

Picture picture_of(const TopologySpec& spec) {
  Picture picture;
  for (const NodeSpec& node : spec.nodes) {
    const std::string id = picture.nodes.of(node.name);
    for (const std::string& parent : node.parents) {
      picture.edges.push_back({picture.nodes.of(parent), id});
    }
    if (!node.topic_pattern.empty()) {
      picture.edges.push_back({picture.topics.of(node.topic_pattern), id});
      continue;
    }
    for (const std::string& topic : node.topics) {
      const std::string topic_id = picture.topics.of(topic);
      picture.edges.push_back(node.kind == NodeKind::source ? Edge{topic_id, id}
                                                            : Edge{id, topic_id});
    }
    for (const std::string& store : node.stores) {
      picture.edges.push_back({id, picture.stores.of(store), true});
    }
  }
  return picture;
}

// Names are 1 to 249 of a-z A-Z 0-9 . _ -, but those of users' topics come from elsewhere.
std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c != '"' && c != '\\') {
      text += c;
    }
  }
  return text + "\"";
}

}  // namespace

std::string draw_as_dot(const TopologySpec& spec, const std::vector<Subtopology>& subtopologies) {
  Picture picture = picture_of(spec);
  std::string text = "digraph topology {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n";
  for (const auto& [name, ignored] : picture.topics.all()) {
    text += fmt::format("  {} [label={}, shape=cds];\n", picture.topics.of(name), quoted(name));
  }
  for (const Subtopology& subtopology : subtopologies) {
    text += fmt::format("  subgraph cluster_{} {{\n    label=\"subtopology {}\";\n",
                        subtopology.id.value(), subtopology.id.value());
    for (const std::size_t position : subtopology.nodes) {
      const NodeSpec& node = spec.nodes[position];
      text += fmt::format("    {} [label={}, shape={}];\n", picture.nodes.of(node.name),
                          quoted(node.name), node.kind == NodeKind::processor ? "box" : "ellipse");
    }
    for (const std::string& store : subtopology.stores) {
      text += fmt::format("    {} [label={}, shape=cylinder];\n", picture.stores.of(store),
                          quoted(store));
    }
    text += "  }\n";
  }
  for (const Edge& edge : picture.edges) {
    text += fmt::format("  {} -> {}{};\n", edge.from, edge.to,
                        edge.dashed ? " [style=dashed, dir=none]" : "");
  }
  return text + "}\n";
}

std::string draw_as_mermaid(const TopologySpec& spec,
                            const std::vector<Subtopology>& subtopologies) {
  Picture picture = picture_of(spec);
  std::string text = "flowchart LR\n";
  for (const auto& [name, ignored] : picture.topics.all()) {
    text += fmt::format("  {}>{}]\n", picture.topics.of(name), quoted(name));
  }
  for (const Subtopology& subtopology : subtopologies) {
    text += fmt::format("  subgraph sub{}[\"subtopology {}\"]\n", subtopology.id.value(),
                        subtopology.id.value());
    for (const std::size_t position : subtopology.nodes) {
      const NodeSpec& node = spec.nodes[position];
      const bool round = node.kind != NodeKind::processor;
      text += fmt::format("    {}{}{}{}\n", picture.nodes.of(node.name), round ? "([" : "[",
                          quoted(node.name), round ? "])" : "]");
    }
    for (const std::string& store : subtopology.stores) {
      text += fmt::format("    {}[({})]\n", picture.stores.of(store), quoted(store));
    }
    text += "  end\n";
  }
  for (const Edge& edge : picture.edges) {
    text += fmt::format("  {} {} {}\n", edge.from, edge.dashed ? "-.-" : "-->", edge.to);
  }
  return text;
}

}  // namespace pawl::internal

// Named: a name for a node, in place of a generated one. Names of nodes, stores and repartition
// topics that are given stay the same when the topology changes; generated ones move on.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace pawl {

class Named {
 public:
  Named() = default;
  static Named as(std::string name) { return Named(std::move(name)); }
  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }

 private:
  explicit Named(std::string name) : name_(std::move(name)) {}
  std::optional<std::string> name_;
};

}  // namespace pawl

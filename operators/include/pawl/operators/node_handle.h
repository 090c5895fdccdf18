// NodeHandle: a node of a topology that is built by hand (topology_builder.h), with the types of
// what it produces. Thread rule: a value.
#pragma once

#include <string>
#include <utility>

namespace pawl {

// A node that produces records of (K, V).
template <class K, class V>
class NodeHandle {
 public:
  explicit NodeHandle(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
};

}  // namespace pawl

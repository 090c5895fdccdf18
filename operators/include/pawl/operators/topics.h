// Topics: the topics a source reads: one name, or several in braces.
//   builder.stream<std::string, Order>("orders")
//   builder.stream<std::string, Order>({"orders", "old-orders"})
// A type of its own, because {"a", "b"} would otherwise be taken for one std::string made from two
// pointers. Thread rule: a value.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace pawl {

class Topics {
 public:
  // NOLINTBEGIN(google-explicit-constructor): every form of a name is meant to fit.
  Topics(const char* name) : names_{name} {}
  Topics(std::string name) : names_{std::move(name)} {}
  Topics(std::vector<std::string> names) : names_(std::move(names)) {}
  Topics(std::initializer_list<std::string> names) : names_(names) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
};

}  // namespace pawl

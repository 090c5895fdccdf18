// Topics: the topics a source reads: one name, several in braces, or all whose whole name matches a
// regular expression (in the syntax of Perl and Java, read by Boost.Regex).
//   builder.stream<std::string, Order>("orders")
//   builder.stream<std::string, Order>({"orders", "old-orders"})
//   builder.stream<std::string, Order>(TopicPattern("orders-.*"))
// A type of its own, because {"a", "b"} would otherwise be taken for one std::string made from two
// pointers. Thread rule: a value.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace pawl {

// Which topics those are is found out when an application starts, and stays so until it starts
// again; all members of the group must know the same ones (docs/operators/sources.md).
class TopicPattern {
 public:
  explicit TopicPattern(std::string regex) : regex_(std::move(regex)) {}
  [[nodiscard]] const std::string& regex() const { return regex_; }

 private:
  std::string regex_;
};

class Topics {
 public:
  // NOLINTBEGIN(google-explicit-constructor): every form of a name is meant to fit.
  Topics(const char* name) : names_{name} {}
  Topics(std::string name) : names_{std::move(name)} {}
  Topics(std::vector<std::string> names) : names_(std::move(names)) {}
  Topics(std::initializer_list<std::string> names) : names_(names) {}
  Topics(const TopicPattern& pattern) : pattern_(pattern.regex()) {}
  // NOLINTEND(google-explicit-constructor)

  // Empty where there is a pattern.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  // Empty where there are names.
  [[nodiscard]] const std::string& pattern() const { return pattern_; }

 private:
  std::vector<std::string> names_;
  std::string pattern_;
};

}  // namespace pawl

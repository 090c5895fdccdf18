// TableJoined: the name of a foreign-key join: its nodes, topics and store are called after it.
//   left.join(right, customer_of, merge, TableJoined::as("orders-with-customers"))
// Source: TableJoined. Thread rule: a value.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace pawl {

class TableJoined {
 public:
  TableJoined() = default;
  static TableJoined as(std::string name) { return TableJoined(std::move(name)); }
  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }

 private:
  explicit TableJoined(std::string name) : name_(std::move(name)) {}
  std::optional<std::string> name_;
};

}  // namespace pawl

// Joins of two tables by foreign key.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/foreign_key_join_verb.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>

namespace pawl::test {
namespace {

std::optional<std::string> foreign_key(const std::string& value) {
  const std::string key = value.substr(0, value.find(':'));
  return key == "null" ? std::nullopt : std::optional(key);
}
std::string joined(const std::string& left, const std::string* right) {
  return left + "|" + printed(right);
}

Topology inner_join() {
  StreamBuilder builder;
  const auto left = builder.table<std::string, std::string>("left");
  const auto right = builder.table<std::string, std::string>("right");
  left.join(right, foreign_key, joined).to_stream().to("out");
  return builder.build();
}

Topology inner_join_named_materialized() {
  StreamBuilder builder;
  const auto left = builder.table<std::string, std::string>("left", Materialized::as("l"));
  const auto right = builder.table<std::string, std::string>("right", Materialized::as("r"));
  left.join(right, foreign_key, joined, TableJoined::as("fkj"), Materialized::as("fks"))
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies foreign_key_topologies() {
  return {{"fk_inner_join", inner_join},
          {"fk_inner_join_named_materialized", inner_join_named_materialized}};
}

}  // namespace pawl::test

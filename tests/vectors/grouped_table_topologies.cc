// group_by of tables.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/table_group_by_verb.h>
#include <pawl/serde/primitives.h>

#include <utility>

namespace pawl::test {
namespace {

using Row = std::pair<std::optional<std::string>, std::optional<std::string>>;

Row by_first_character(const std::string& value) {
  if (value.starts_with('N')) {
    return {std::nullopt, value};
  }
  if (value == "nv") {
    return {"n", std::nullopt};
  }
  return {value.substr(0, 1), value};
}

Topology count() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .group_by(by_first_character)
      .count()
      .to_stream()
      .to("out");
  return builder.build();
}

Topology reduce_null() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .group_by(by_first_character)
      .reduce([](const std::string& all, const std::string& added) { return all + "+" + added; },
              [](const std::string& all, const std::string& removed) {
                return removed == all ? std::nullopt : std::optional(all + "-" + removed);
              })
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies grouped_table_topologies() {
  return {{"table_groupby_count", count}, {"table_groupby_reduce_null", reduce_null}};
}

}  // namespace pawl::test

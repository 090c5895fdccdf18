// Verbs of tables on versioned tables.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/foreign_key_join_verb.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/table_filter_verb.h>
#include <pawl/operators/table_group_by_verb.h>
#include <pawl/operators/table_table_join_verb.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <optional>
#include <utility>

namespace pawl::test {
namespace {

Table<std::string, std::string> versioned(StreamBuilder& builder, const char* topic,
                                          const char* store) {
  return builder.table<std::string, std::string>(
      topic, Materialized::as_versioned(store, std::chrono::milliseconds(100)));
}
bool keep(const std::string& value) {
  return value.find('3') == std::string::npos;
}
std::pair<std::string, std::string> by_first_character(const std::string& value) {
  return {value.substr(0, 1), value};
}
std::optional<std::string> foreign_key(const std::string& value) {
  const std::string key = value.substr(0, value.find(':'));
  return key == "null" ? std::nullopt : std::optional(key);
}
std::string joined(const std::string* left, const std::string* right) {
  return printed(left) + "|" + printed(right);
}

Topology filter_groupby() {
  StreamBuilder builder;
  const auto table = versioned(builder, "in", "vt");
  table.filter(keep).to_stream().to("outF");
  table.group_by(by_first_character).count(Materialized::as("cnt")).to_stream().to("outC");
  return builder.build();
}

Topology inner_join() {
  StreamBuilder builder;
  const auto left = versioned(builder, "left", "vl");
  const auto right = versioned(builder, "right", "vr");
  left.join(right, joined).to_stream().to("out");
  return builder.build();
}

Topology foreign_key_left_join() {
  StreamBuilder builder;
  const auto left = versioned(builder, "left", "vl");
  const auto right = versioned(builder, "right", "vr");
  left.left_join(right, foreign_key,
                 [](const std::string& value, const std::string* other) {
                   return value + "|" + printed(other);
                 })
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies versioned_table_topologies() {
  return {{"table_versioned_filter_groupby", filter_groupby},
          {"tt_inner_join_versioned", inner_join},
          {"fk_left_join_versioned", foreign_key_left_join}};
}

}  // namespace pawl::test

#include "vectors/named_topologies.h"
#include "vectors/optimized_builder.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <optional>
#include <utility>

namespace pawl::test {
namespace {

using Strings = Stream<std::string, std::string>;
using StringTable = Table<std::string, std::string>;
using std::chrono::milliseconds;

Strings strings(StreamBuilder& builder) {
  return builder.stream<std::string, std::string>("in");
}
StringTable table(StreamBuilder& builder, const char* topic) {
  return builder.table<std::string, std::string>(topic);
}

bool always(const std::string& /*value*/) {
  return true;
}
std::string same(const std::string& value) {
  return value;
}
std::pair<std::string, std::string> as_pair(const std::string& key, const std::string& value) {
  return {key, value};
}
std::string joined(const std::string* left, const std::string* right) {
  return left == nullptr || right == nullptr ? std::string() : *left + *right;
}
std::string empty_text() {
  return {};
}
std::string concat(const std::string& before, const std::string& value) {
  return before + value;
}
std::string append(const std::string& /*key*/, const std::string& value,
                   const std::string& before) {
  return before + value;
}

Topology table_store() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("t", Materialized::as("st"))
      .filter(always)
      .map_values(same)
      .to_stream()
      .to("out");
  return builder.build();
}

Topology table_materialized_with_only() {
  StreamBuilder builder;
  table(builder, "t")
      .filter(always, Materialized())
      .map_values(same, Materialized())
      .to_stream()
      .to("out");
  return builder.build();
}

Topology table_groupby_variants() {
  StreamBuilder builder;
  const StringTable rows = table(builder, "t");
  rows.group_by(as_pair).count().to_stream().to("out1");
  rows.group_by(as_pair, Grouped::as("g2")).count(Named::as("c2")).to_stream().to("out2");
  rows.group_by(as_pair).reduce(concat, concat, Materialized::as("r3")).to_stream().to("out3");
  rows.group_by(as_pair, Grouped::as("g4"))
      .aggregate(empty_text, append, append, Materialized::as("a4"))
      .to_stream()
      .to("out4");
  return builder.build();
}

Topology totable_variants() {
  StreamBuilder builder;
  const Strings stream = strings(builder);
  stream.to_table().to_stream().to("o1");
  stream.to_table(Materialized(), Named::as("tt")).to_stream().to("o2");
  stream.to_table(Materialized::as("st")).to_stream().to("o3");
  stream.select_key(same).to_table().to_stream().to("o4");
  stream.select_key(same).to_table(Materialized::as("s5"), Named::as("t5")).to_stream().to("o5");
  return builder.build();
}

Topology totable_then_join() {
  StreamBuilder builder;
  const StringTable left = strings(builder).to_table();
  left.join(table(builder, "t"), joined).to_stream().to("out");
  return builder.build();
}

Topology suppress_time_limit_variants() {
  StreamBuilder builder;
  table(builder, "t")
      .suppress(Suppressed::until_time_limit(milliseconds(10), Buffer::unbounded()))
      .to_stream();
  table(builder, "u")
      .suppress(Suppressed::until_time_limit(milliseconds(10),
                                             Buffer::max_records(5).emit_early_when_full())
                    .named("sp"))
      .to_stream();
  return builder.build();
}

Topology table_table_variants() {
  StreamBuilder builder;
  const StringTable left = table(builder, "a");
  const StringTable right = table(builder, "b");
  left.join(right, joined).to_stream().to("out1");
  left.left_join(right, joined, Named::as("lj")).to_stream().to("out2");
  left.outer_join(right, joined, Materialized()).to_stream().to("out3");
  left.join(right, joined, Materialized::as("js"), Named::as("jm")).to_stream().to("out4");
  return builder.build();
}

Topology fk_join_unnamed() {
  StreamBuilder builder;
  const StringTable left = table(builder, "a");
  left.join(table(builder, "b"), same, joined).to_stream().to("out");
  return builder.build();
}

Topology fk_join_named() {
  StreamBuilder builder;
  const StringTable left = table(builder, "a");
  left.join(table(builder, "b"), same, joined, TableJoined::as("fkj")).to_stream().to("out");
  return builder.build();
}

Topology fk_left_join_named_store() {
  StreamBuilder builder;
  const StringTable left = table(builder, "a");
  left.left_join(table(builder, "b"), same, joined, TableJoined::as("fkj"), Materialized::as("fks"))
      .to_stream()
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies named_table_topologies() {
  return {{"table_store", table_store},
          {"table_materialized_with_only", table_materialized_with_only},
          {"table_groupby_variants", table_groupby_variants},
          {"totable_variants", totable_variants},
          {"totable_then_join", totable_then_join},
          {"suppress_time_limit_variants", suppress_time_limit_variants},
          {"table_table_variants", table_table_variants},
          {"fk_join_unnamed", fk_join_unnamed},
          {"fk_join_named", fk_join_named},
          {"fk_left_join_named_store", fk_left_join_named_store}};
}

}  // namespace pawl::test

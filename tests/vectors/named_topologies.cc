#include "vectors/named_topologies.h"

#include "vectors/optimized_builder.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <chrono>
#include <memory>
#include <utility>

namespace pawl::test {
namespace {

using Strings = Stream<std::string, std::string>;

Strings strings(StreamBuilder& builder, const char* topic = "in") {
  return builder.stream<std::string, std::string>(topic);
}

bool always(const std::string& /*value*/) {
  return true;
}
std::string same(const std::string& value) {
  return value;
}
std::vector<std::string> alone(const std::string& value) {
  return {value};
}
using Pair = std::pair<std::string, std::string>;
Pair as_pair(const std::string& key, const std::string& value) {
  return {key, value};
}
std::vector<Pair> as_pairs(const std::string& key, const std::string& value) {
  return {{key, value}};
}
void look(const std::string& /*value*/) {}
std::string empty_text() {
  return {};
}
std::string append(const std::string& /*key*/, const std::string& value,
                   const std::string& before) {
  return before + value;
}
std::string joined(const std::string& left, const std::string* right) {
  return right == nullptr ? left : left + *right;
}

Topology stream_to() {
  StreamBuilder builder;
  strings(builder).to("out");
  return builder.build();
}

Topology two_sources_same_topic() {
  StreamBuilder builder;
  strings(builder).to("o1");
  strings(builder).to("o2");
  return builder.build();
}

Topology all_stateless_unnamed() {
  StreamBuilder builder;
  const Strings stream = strings(builder);
  stream.for_each(look);
  stream.filter(always)
      .filter_not(always)
      .map_values(same)
      .flat_map_values(alone)
      .map(as_pair)
      .flat_map(as_pairs)
      .select_key(same)
      .peek(look)
      .to("out");
  return builder.build();
}

Topology all_stateless_named() {
  StreamBuilder builder;
  const auto stream =
      builder.stream<std::string, std::string>("in", Consumed<std::string, std::string>::as("src"));
  stream.for_each(look, Named::as("n1"));
  stream.filter(always, Named::as("n2"))
      .filter_not(always, Named::as("n3"))
      .map_values(same, Named::as("n4"))
      .flat_map_values(alone, Named::as("n5"))
      .map(as_pair, Named::as("n6"))
      .flat_map(as_pairs, Named::as("n7"))
      .select_key(same, Named::as("n8"))
      .peek(look, Named::as("n9"))
      .to("out", Produced::as("snk"));
  return builder.build();
}

Topology split_named_mixed() {
  StreamBuilder builder;
  const auto branches =
      strings(builder).split(Named::as("sp-")).branch(always).branch(always, "b").default_branch();
  branches.at("sp-1")
      .merge(branches.at("sp-b"))
      .merge(branches.at("sp-0"), Named::as("mrg"))
      .to("out");
  return builder.build();
}

Topology repartition_variants() {
  StreamBuilder builder;
  strings(builder)
      .repartition()
      .repartition(Repartitioned::as("named"))
      .repartition(Repartitioned::partitions(5))
      .to("out");
  return builder.build();
}

Topology table_plain() {
  StreamBuilder builder;
  builder.table<std::string, std::string>("t").to_stream().to("out");
  return builder.build();
}

Topology table_named_consumed() {
  StreamBuilder builder;
  builder
      .table("t", serde::string(), serde::string(), Materialized(),
             Consumed<std::string, std::string>::as("tsrc"))
      .to_stream(Named::as("ts"))
      .to("out");
  return builder.build();
}

Topology count_variants() {
  StreamBuilder builder;
  const auto grouped = strings(builder).group_by_key();
  grouped.count().to_stream().to("out1");
  grouped.count(Named::as("c2")).to_stream().to("out2");
  grouped.count(Materialized()).to_stream().to("out3");
  grouped.count(Materialized::as("c4")).to_stream().to("out4");
  grouped.count(Materialized::as("c5s"), Named::as("c5")).to_stream().to("out5");
  return builder.build();
}

Topology reduce_aggregate_variants() {
  StreamBuilder builder;
  const auto grouped = strings(builder).group_by_key();
  const auto reducer = [](const std::string& before, const std::string& value) {
    return before + value;
  };
  grouped.reduce(reducer);
  grouped.reduce(reducer, Materialized::as("r2"));
  grouped.aggregate(empty_text, append);
  grouped.aggregate(empty_text, append, Materialized::as("a4s"), Named::as("a4"));
  return builder.build();
}

Topology groupby_variants() {
  StreamBuilder builder;
  const Strings stream = strings(builder);
  stream.group_by(same).count();
  stream.group_by(same, Grouped::as("g2")).count();
  stream.group_by(same).count(Materialized::as("c3"));
  stream.select_key(same).group_by_key().count();
  stream.select_key(same, Named::as("sk"))
      .group_by_key(Grouped::as("g5"))
      .reduce([](const std::string& before, const std::string& value) { return before + value; },
              Materialized::as("r5"));
  return builder.build();
}

Topology stream_table_variants() {
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>("t");
  const Strings stream = strings(builder);
  stream.join(table, joined).to("out1");
  stream.left_join(table, joined).to("out2");
  stream.join(table, joined, Joined::as("j3")).to("out3");
  stream.select_key(same).join(table, joined).to("out4");
  stream.select_key(same).left_join(table, joined, Joined::as("j5")).to("out5");
  return builder.build();
}

Topology global_table() {
  StreamBuilder builder;
  const auto global = builder.global_table<std::string, std::string>("g");
  const auto other = builder.global_table<std::string, std::string>("g2", Materialized::as("gs"));
  strings(builder)
      .join(global, same, joined)
      .left_join(other, same, joined, Named::as("gj"))
      .to("out");
  return builder.build();
}

struct PassOn final : Processor<std::string, std::string> {
  void process(const Record<std::string, std::string>& /*record*/) override {}
};

Topology state_store_and_globals() {
  StreamBuilder builder;
  builder.add_store(stores::key_value<std::string, std::string>("ks"));
  builder.add_global_store(stores::key_value<std::string, std::string>("gs"), "g", serde::string(),
                           serde::string(), [] { return std::make_unique<PassOn>(); });
  strings(builder).process([] { return std::make_unique<PassOn>(); }, {"ks"}).to("out");
  return builder.build();
}

Topology stream_table_grace() {
  using std::chrono::milliseconds;
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>(
      "t", Materialized::as_versioned("vt", milliseconds(1000)));
  const Strings stream = strings(builder);
  stream.join(table, joined, Joined::grace(milliseconds(10))).to("out1");
  stream.left_join(table, joined, Joined::as("lj").grace(milliseconds(10))).to("out2");
  return builder.build();
}

Topology two_independent_subtopologies() {
  StreamBuilder builder;
  strings(builder, "a").to("o1");
  strings(builder, "b").group_by_key().count().to_stream().to("o2");
  strings(builder, "c").select_key(same).group_by_key().count();
  return builder.build();
}

Topology merge_repartition_optimizable() {
  StreamBuilder builder;
  const auto mapped = strings(builder).map(as_pair);
  mapped.group_by_key().count(Materialized::as("c"));
  mapped.filter(always).group_by_key().reduce(
      [](const std::string& before, const std::string& value) { return before + value; },
      Materialized::as("r"));
  mapped.map_values(same).group_by_key().count(Named::as("n"));
  return builder.build();
}

std::string joined_sessions(const std::string& /*key*/, const std::string& earlier,
                            const std::string& later) {
  return earlier + later;
}
std::string concatenated(const std::string& before, const std::string& value) {
  return before + value;
}

TimeWindows tumbling() {
  return TumblingWindows::of(std::chrono::milliseconds(10)).no_grace();
}
SlidingWindows sliding() {
  return SlidingWindows::of_time_difference(std::chrono::milliseconds(10)).no_grace();
}
SessionWindows sessions() {
  return SessionWindows::with_inactivity_gap(std::chrono::milliseconds(10)).no_grace();
}

Topology windowed_variants() {
  StreamBuilder builder;
  const auto grouped = strings(builder).group_by_key();
  const auto final_results = Suppressed::until_window_closes(Buffer::unbounded());
  grouped.windowed_by(tumbling()).count().suppress(final_results).to_stream();
  grouped.windowed_by(tumbling()).count(Named::as("w2"));
  grouped.windowed_by(tumbling())
      .count(Materialized::as("w3"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()).named("sup"))
      .to_stream();
  grouped.windowed_by(sliding()).aggregate(empty_text, append);
  grouped.windowed_by(sessions()).count();
  grouped.windowed_by(sessions()).reduce(concatenated, Materialized::as("s6"));
  return builder.build();
}

Topology windowed_count_materialized_with() {
  StreamBuilder builder;
  const auto grouped = strings(builder).group_by_key();
  grouped.windowed_by(tumbling()).count(Materialized());
  grouped.windowed_by(sessions()).count(Materialized());
  grouped.windowed_by(sliding()).count(Materialized());
  return builder.build();
}

Topology cogroup_variants() {
  StreamBuilder builder;
  const auto first = strings(builder, "a").group_by_key();
  const auto second = strings(builder, "b").group_by(same);
  first.cogroup(append).cogroup(second, append).aggregate(empty_text).to_stream().to("o1");
  first.cogroup(append)
      .windowed_by(tumbling())
      .aggregate(empty_text, Materialized(), Named::as("cw"))
      .to_stream()
      .to("out");
  first.cogroup(append)
      .windowed_by(sessions())
      .aggregate(empty_text, joined_sessions, Materialized::as("cs"))
      .to_stream()
      .to("o3");
  return builder.build();
}

Topology stores_of_a_processor() {
  StreamBuilder builder;
  builder.add_store(stores::window<std::string, std::string>("ws", std::chrono::hours(1),
                                                             std::chrono::milliseconds(10)));
  builder.add_store(stores::session<std::string, std::string>("ss", std::chrono::hours(1)));
  builder.add_store(stores::versioned<std::string, std::string>("vs", std::chrono::hours(1)));
  builder.stream<std::string, std::string>("in")
      .process([] { return std::make_unique<PassOn>(); }, {"ws", "ss", "vs"})
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies named_topologies() {
  VectorTopologies all{{"stream_to", stream_to},
                       {"stream_pattern_free_two_sources_same_topic", two_sources_same_topic},
                       {"all_stateless_unnamed", all_stateless_unnamed},
                       {"all_stateless_named", all_stateless_named},
                       {"split_named_mixed", split_named_mixed},
                       {"repartition_variants", repartition_variants},
                       {"table_plain", table_plain},
                       {"table_named_consumed", table_named_consumed},
                       {"count_variants", count_variants},
                       {"reduce_aggregate_variants", reduce_aggregate_variants},
                       {"groupby_variants", groupby_variants},
                       {"stream_table_variants", stream_table_variants},
                       {"global_table", global_table},
                       {"state_store_and_globals", state_store_and_globals},
                       {"stream_table_grace", stream_table_grace},
                       {"window_store_in_state_stores", stores_of_a_processor},
                       {"two_independent_subtopologies", two_independent_subtopologies},
                       {"merge_repartition_optimizable", merge_repartition_optimizable},
                       {"windowed_variants", windowed_variants},
                       {"windowed_count_materialized_with", windowed_count_materialized_with},
                       {"cogroup_variants", cogroup_variants}};
  for (VectorTopologies part : {named_table_topologies(), named_join_topologies()}) {
    all.merge(part);
  }
  return all;
}

}  // namespace pawl::test

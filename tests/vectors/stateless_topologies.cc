#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/branched.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>

#include <optional>
#include <utility>

namespace pawl::test {
namespace {

using Strings = Stream<std::string, std::string>;

std::string with_point(const std::string* value) {
  return printed(value) + ".";
}

Topology filter_mapvalues() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .filter([](const std::string* value) { return value != nullptr && value->size() % 2 == 0; })
      .map_values(
          [](const std::string& value) { return value + "!" + std::to_string(value.size()); })
      .to("out");
  return builder.build();
}

Topology filternot_map_nulls() {
  using Pair = std::pair<std::optional<std::string>, std::optional<std::string>>;
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .filter_not([](const std::string* value) { return value != nullptr && *value == "even"; })
      .map([](const std::string* key, const std::string* value) -> Pair {
        if (key != nullptr && *key == "k0") {
          return {std::nullopt, value == nullptr ? std::nullopt : std::optional(*value)};
        }
        if (value != nullptr && value->empty()) {
          return {key == nullptr ? std::nullopt : std::optional(*key), std::nullopt};
        }
        return {printed(value) + "/" + printed(key), printed(key)};
      })
      .to("out");
  return builder.build();
}

// Java's String.split: empty pieces at the end are left out, except that "" has one piece.
std::vector<std::string> split_as_java(const std::string& text) {
  std::vector<std::string> pieces(1);
  for (const char c : text) {
    if (c == ',') {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  while (!text.empty() && !pieces.empty() && pieces.back().empty()) {
    pieces.pop_back();
  }
  return pieces;
}

Topology flatmap() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .flat_map([](const std::string* key, const std::string* value) {
        std::vector<std::pair<std::string, std::string>> result;
        if (value != nullptr) {
          for (std::string& piece : split_as_java(*value)) {
            result.emplace_back(printed(key) + std::to_string(result.size()), std::move(piece));
          }
        }
        return result;
      })
      .to("out");
  return builder.build();
}

bool starts_with_a(const std::string* value) {
  return value != nullptr && value->starts_with('a');
}
bool contains_b(const std::string* value) {
  return value != nullptr && value->find('b') != std::string::npos;
}

Topology split_branch_merge() {
  StreamBuilder builder;
  const auto branches = builder.stream<std::string, std::string>("in")
                            .split(Named::as("sp-"))
                            .branch(starts_with_a, "a")
                            .branch(contains_b, "b")
                            .default_branch("dflt");
  branches.at("sp-a").map_values([](const std::string& value) { return value + "!a"; }).to("outA");
  branches.at("sp-b")
      .map_values([](const std::string& value) { return value + "!b"; })
      .merge(branches.at("sp-dflt"))
      .to("outM");
  return builder.build();
}

Topology split_no_default() {
  StreamBuilder builder;
  const auto branches = builder.stream<std::string, std::string>("in")
                            .split()
                            .branch(starts_with_a)
                            .branch(contains_b)
                            .no_default_branch();
  branches.at("KSTREAM-BRANCH-00000000011").to("out1");
  branches.at("KSTREAM-BRANCH-00000000012").to("out2");
  return builder.build();
}

Topology merge_two_topics() {
  StreamBuilder builder;
  const Strings left = builder.stream<std::string, std::string>("left");
  const Strings right = builder.stream<std::string, std::string>("right");
  left.merge(right).map_values(with_point).to("out");
  return builder.build();
}

Topology source_two_topics_one_node() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>({"in1", "in2"}).map_values(with_point).to("out");
  return builder.build();
}

Topology selectkey_repartition_named() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .select_key(first_character)
      .repartition(Repartitioned::as("byval").partitions(3))
      .map_values(with_point)
      .to("out");
  return builder.build();
}

Topology repartition_unnamed() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").repartition().to("out");
  return builder.build();
}

Topology dynamic_topic() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to(
      [](const Record<std::string, std::string>& record, const RecordCoordinates&) {
        if (const Header* const header = record.headers->last("to")) {
          return *header->value;
        }
        return record.value == nullptr ? "dead" : "out-" + std::to_string(record.value->size() % 2);
      });
  return builder.build();
}

Topology timestamp_extractor() {
  StreamBuilder builder;
  builder
      .stream<std::string, std::string>(
          "in", Consumed<std::string, std::string>::timestamps(
                    [](const Record<std::string, std::string>& record, const RecordCoordinates&,
                       Timestamp partition_time) {
                      if (record.value == nullptr) {
                        return partition_time;
                      }
                      return *record.value == "neg" ? Timestamp(-1)
                                                    : Timestamp(std::stoll(*record.value));
                    }))
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies stateless_topologies() {
  return {{"stateless_filter_mapvalues", filter_mapvalues},
          {"stateless_filternot_map_nulls", filternot_map_nulls},
          {"stateless_flatmap", flatmap},
          {"stateless_split_branch_merge", split_branch_merge},
          {"stateless_split_no_default", split_no_default},
          {"stateless_merge_two_topics", merge_two_topics},
          {"stateless_source_two_topics_one_node", source_two_topics_one_node},
          {"stateless_selectkey_repartition_named", selectkey_repartition_named},
          {"stateless_repartition_unnamed", repartition_unnamed},
          {"stateless_dynamic_topic", dynamic_topic},
          {"stateless_timestamp_extractor", timestamp_extractor}};
}

}  // namespace pawl::test

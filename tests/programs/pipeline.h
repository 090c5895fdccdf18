// The topology of the kill tests: outputs whose content and order a model can tell from the input
// alone.
//
//   in (key, value: a unique text) ─┬─▶ echo ............................ every record, unchanged
//                                   ├─▶ count per key ─▶ per-key ........ every update: 1, 2, 3,
//                                   ... └─▶ deduplicate by value ─▶ key: group ─▶ [repartition
//                                   topic]
//                                          ─▶ count per group and 10 s ─▶ suppress ─▶ final
#pragma once

#include <pawl/engine/topology.h>
#include <pawl/operators/dsl.h>

#include <chrono>
#include <string>

namespace pawl::test {

inline constexpr std::chrono::milliseconds kPipelineWindow{10'000};
inline constexpr std::chrono::milliseconds kPipelineGrace{3'600'000};
inline constexpr std::size_t kPipelineGroups = 50;

// The group of a key `k<number>`: its number modulo the number of groups; other keys are groups of
// their own.
inline std::string pipeline_group(const std::string& key) {
  return key.starts_with("k") ? "g" + std::to_string(std::stoul(key.substr(1)) % kPipelineGroups)
                              : key;
}

// `topics`: in front of every topic name.
inline Topology pipeline(const std::string& topics) {
  StreamBuilder builder;
  const auto in = builder.stream<std::string, std::string>(topics + "in");
  in.to(topics + "echo");
  in.group_by_key().count(Materialized::as("per-key-store")).to_stream().to(topics + "per-key");
  in.deduplicate(Deduplication::by([](const std::string& value) { return value; })
                     .within(std::chrono::hours(24))
                     .named("unique"))
      .select_key([](const std::string& key, const std::string&) { return pipeline_group(key); })
      .group_by_key(Grouped::as("by-group"))
      .windowed_by(TumblingWindows::of(kPipelineWindow).grace(kPipelineGrace))
      .count(Materialized::as("per-group-store"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()).named("final"))
      .to_stream()
      .to(topics + "final");
  return builder.build();
}

}  // namespace pawl::test

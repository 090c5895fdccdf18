#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_stream_join_verb.h>
#include <pawl/serde/primitives.h>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using Strings = Stream<std::string, std::string>;

std::string inner(const std::string& left, const std::string& right) {
  return left + "|" + right;
}
std::string outer(const std::string* left, const std::string* right) {
  return printed(left) + "|" + printed(right);
}

Strings strings(StreamBuilder& builder, const char* topic) {
  return builder.stream<std::string, std::string>(topic);
}

Topology inner_join() {
  StreamBuilder builder;
  const Strings left = strings(builder, "left");
  left.join(strings(builder, "right"), inner, JoinWindows::of(milliseconds(10)).no_grace())
      .to("out");
  return builder.build();
}

Topology asymmetric_grace() {
  StreamBuilder builder;
  const Strings left = strings(builder, "left");
  left.join(
          strings(builder, "right"),
          [](const std::string& key, const std::string& value, const std::string& other) {
            return key + ":" + value + "|" + other;
          },
          JoinWindows::of(milliseconds(0))
              .before(milliseconds(5))
              .after(milliseconds(15))
              .grace(milliseconds(20)))
      .to("out");
  return builder.build();
}

Topology named_stores_repartition() {
  StreamBuilder builder;
  const auto left = strings(builder, "left").select_key(first_character);
  const auto right =
      strings(builder, "right").map([](const std::string* key, const std::string* value) {
        const auto copied = [](const std::string* text) {
          return text == nullptr ? std::nullopt : std::optional(*text);
        };
        return std::pair(copied(key), copied(value));
      });
  left.join(right, inner, JoinWindows::of(milliseconds(10)).no_grace(),
            StreamJoined::with(serde::string(), serde::string(), serde::string())
                .named("jn")
                .store_name("js"))
      .to("out");
  return builder.build();
}

Topology old_semantics() {
  StreamBuilder builder;
  const Strings left = strings(builder, "left");
  left.left_join(strings(builder, "right"), outer,
                 JoinWindows::of(milliseconds(10)).unmatched_at_once(milliseconds(5)))
      .to("out");
  return builder.build();
}

Topology repartition_null_keys() {
  StreamBuilder builder;
  const auto left = strings(builder, "left").select_key([](const std::string* value) {
    return value != nullptr && value->starts_with("N") ? std::nullopt : first_character(value);
  });
  left.left_join(strings(builder, "right"), outer, JoinWindows::of(milliseconds(10)).no_grace())
      .to("out");
  return builder.build();
}

Topology throttled() {
  StreamBuilder builder;
  const Strings left = strings(builder, "left");
  left.left_join(strings(builder, "right"), outer,
                 JoinWindows::of(milliseconds(10)).grace(milliseconds(5)),
                 StreamJoined::emit_interval(milliseconds(1000)))
      .to("out");
  return builder.build();
}

}  // namespace

VectorTopologies stream_join_topologies() {
  return {{"ss_inner_join", inner_join},
          {"ss_inner_join_asymmetric_grace", asymmetric_grace},
          {"ss_inner_join_named_stores_repartition", named_stores_repartition},
          {"ss_left_join_old_semantics", old_semantics},
          {"ss_left_join_repartition_null_keys", repartition_null_keys},
          {"ss_left_join_throttled", throttled}};
}

}  // namespace pawl::test

// CogroupInput: one of the grouped streams that are aggregated together, with its aggregator. For
// authors of operators. Source: CogroupedStreamAggregateBuilder. Thread rule: one thread, until the
// topology is built.
#pragma once

#include <pawl/operators/grouped_stream.h>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace pawl::internal {

inline constexpr const char* kCogroupAggregatePrefix = "COGROUPKSTREAM-AGGREGATE-";
inline constexpr const char* kCogroupMergePrefix = "COGROUPKSTREAM-MERGE-";

// The aggregate of an aggregator: its third parameter.
template <class F>
struct AggregateOf : AggregateOf<decltype(&F::operator())> {};
template <class R, class K, class V, class A>
struct AggregateOf<R (*)(K, V, A)> {
  using Type = std::remove_cvref_t<A>;
};
template <class C, class R, class K, class V, class A>
struct AggregateOf<R (C::*)(K, V, A) const> {
  using Type = std::remove_cvref_t<A>;
};

template <class K, class V, class F>
struct CogroupInput {
  using Value = V;
  using Aggregator = F;

  // What the plan keeps of it. The rest refers to the plan, which must not keep itself alive.
  struct Kept {
    using Value = V;
    using Aggregator = F;
    F aggregator;
  };
  [[nodiscard]] Kept kept() const { return {aggregator}; }

  GroupPlan<K, V> group;
  F aggregator;
  // All aggregations of one cogrouped stream share the repartition topics.
  std::shared_ptr<std::optional<StreamPlan<K, V>>> located =
      std::make_shared<std::optional<StreamPlan<K, V>>>();

  // As GroupPlan::co_located.
  StreamPlan<K, V> co_located(const std::string& store) const {
    const StreamPlan<K, V>& stream = group.stream;
    if (!stream.repartition_required) {
      return stream;
    }
    RepartitionRequest request;
    request.names = repartition_names(*stream.plan, group.name.value_or(store));
    if (!located->has_value()) {
      StreamPlan<K, V> next = stream;
      next.node =
          &add_repartition(*stream.plan, *stream.node, request, group.key_serde, group.value_serde);
      next.sources = {request.names.source};
      next.repartition_required = false;
      *located = std::move(next);
    }
    return **located;
  }
};

}  // namespace pawl::internal

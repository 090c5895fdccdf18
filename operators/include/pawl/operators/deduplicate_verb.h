// Stream::deduplicate and what it returns when the repetitions are wanted as well.
#pragma once

#include <pawl/operators/nodes/deduplicate_node.h>
#include <pawl/operators/nodes/pass_through_node.h>
#include <pawl/operators/repartition.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/stream.h>

#include <string>
#include <utility>

namespace pawl {

// The first events, and their repetitions.
template <class K, class V, internal::Lacking kLacking = internal::Lacking::nothing>
struct Deduplicated {
  Stream<K, V, kLacking> unique;
  Stream<K, V, kLacking> duplicates;
};

template <class K, class V, internal::Lacking kLacking>
template <class Id>
internal::PlanNode& Stream<K, V, kLacking>::add_deduplication(
    const DeduplicationSpec<Id>& spec, bool keep, internal::StreamPlan<K, V>& upstream) const {
  internal::LogicalPlan& plan = *plan_.plan;
  const std::string name = plan.next_name("KSTREAM-DEDUPLICATE-", spec.name());
  const std::string store = spec.name().has_value() ? *spec.name() + "-store"
                                                    : plan.next_store_name("KSTREAM-DEDUPLICATE-");
  const auto event_id = [&] {
    if constexpr (std::is_same_v<Id, internal::KeyIsId>) {
      return internal::EventId<K, V, Id>(internal::key_serde_of<kLacking>(upstream));
    } else {
      return internal::EventId<K, V, Id>(spec.id());
    }
  }();
  if constexpr (std::is_same_v<Id, internal::KeyIsId>) {
    if (upstream.repartition_required) {
      internal::RepartitionRequest request;
      request.names = internal::repartition_names(plan, spec.name().value_or(store));
      upstream.node = &internal::add_repartition(plan, *upstream.node, request,
                                                 internal::key_serde_of<kLacking>(upstream),
                                                 internal::value_serde_of<kLacking>(upstream));
      upstream.sources = {request.names.source};
      upstream.repartition_required = false;
      internal::add_side_output(plan_, *upstream.node, &internal::dropped_by_filter);
    }
  }
  plan.add_store(spec.store(store));
  internal::PlanNode& node = plan.add_processor(
      name, {upstream.node},
      internal::node_factory<internal::DeduplicateNode<K, V, Id>>(
          name, event_id, spec.within(), store,
          keep ? internal::Duplicates::to_second_child : internal::Duplicates::dropped),
      {store});
  internal::add_side_output(upstream, node);
  upstream.dropped_to = nullptr;
  return node;
}

template <class K, class V, internal::Lacking kLacking>
template <class Id>
Stream<K, V, kLacking> Stream<K, V, kLacking>::deduplicate(
    const DeduplicationSpec<Id>& spec) const {
  internal::StreamPlan<K, V> next = plan_;
  next.node = &add_deduplication(spec, false, next);
  return Stream(std::move(next));
}

template <class K, class V, internal::Lacking kLacking>
template <class Id>
Deduplicated<K, V, kLacking> Stream<K, V, kLacking>::deduplicate_and_keep(
    const DeduplicationSpec<Id>& spec) const {
  internal::StreamPlan<K, V> next = plan_;
  internal::PlanNode& node = add_deduplication(spec, true, next);
  const auto child = [&](const char* suffix) {
    const std::string name = node.output() + suffix;
    internal::StreamPlan<K, V> stream = next;
    stream.node = &plan_.plan->add_processor(
        name, {&node}, internal::node_factory<internal::PassThroughNode<K, V>>(name));
    return Stream(std::move(stream));
  };
  // The first child is the first events' one.
  Stream unique = child("-unique");
  return {std::move(unique), child("-duplicates")};
}

}  // namespace pawl

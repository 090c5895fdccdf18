// Stream::repartition: through a topic of its own (repartition.h). Source: KStreamImpl.repartition.
#pragma once

#include <pawl/operators/partitioner_choice.h>
#include <pawl/operators/repartition.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/stream.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
template <class Options>
Stream<K, V> Stream<K, V, kLacking>::repartition(const Options& options) const {
  const Serde<K> key = internal::key_serde_of<kLacking>(plan_, options);
  const Serde<V> value = internal::value_serde_of<kLacking>(plan_, options);
  internal::RepartitionRequest request;
  const std::string prefix =
      options.name().has_value() ? *options.name() : plan_.plan->next_name("KSTREAM-REPARTITION-");
  request.names = internal::repartition_names(*plan_.plan, prefix);
  request.partitions = options.partition_count();
  request.mergeable = false;
  internal::StreamPlan<K, V> next = plan_;
  next.node = &internal::add_repartition(*plan_.plan, *plan_.node, request, key, value,
                                         internal::partitioner_of<K, V>(options));
  next.sources = {request.names.source};
  next.key_serde = key;
  next.value_serde = value;
  next.repartition_required = false;
  next.dropped_to = nullptr;
  internal::add_side_output(plan_, *next.node, &internal::dropped_by_filter);
  return Stream<K, V>(std::move(next));
}

}  // namespace pawl

// Stream::filter and filter_not. Source: KStreamImpl.filter, filterNot.
#pragma once

#include <pawl/operators/nodes/filter_node.h>
#include <pawl/operators/stream.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
template <class Predicate>
Stream<K, V, kLacking> Stream<K, V, kLacking>::filter(Predicate predicate,
                                                      const Named& named) const {
  const std::string name = plan_.plan->next_name("KSTREAM-FILTER-", named.name());
  return behind(
      plan_.plan->add_processor(name, {plan_.node},
                                internal::node_factory<internal::FilterNode<K, V, Predicate>>(
                                    name, std::move(predicate), true)));
}

template <class K, class V, internal::Lacking kLacking>
template <class Predicate>
Stream<K, V, kLacking> Stream<K, V, kLacking>::filter_not(Predicate predicate,
                                                          const Named& named) const {
  const std::string name = plan_.plan->next_name("KSTREAM-FILTER-", named.name());
  return behind(
      plan_.plan->add_processor(name, {plan_.node},
                                internal::node_factory<internal::FilterNode<K, V, Predicate>>(
                                    name, std::move(predicate), false)));
}

}  // namespace pawl

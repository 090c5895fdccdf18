// Stream::peek and for_each: show every record to a function. Source: KStreamImpl.peek, foreach.
#pragma once

#include <pawl/operators/nodes/peek_node.h>
#include <pawl/operators/stream.h>

#include <string>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
template <class Action>
Stream<K, V, kLacking> Stream<K, V, kLacking>::peek(Action action, const Named& named) const {
  const std::string name = plan_.plan->next_name("KSTREAM-PEEK-", named.name());
  return behind(plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::PeekNode<K, V, Action>>(name, std::move(action))));
}

template <class K, class V, internal::Lacking kLacking>
template <class Action>
void Stream<K, V, kLacking>::for_each(Action action, const Named& named) const {
  const std::string name = plan_.plan->next_name("KSTREAM-FOREACH-", named.name());
  plan_.plan->add_processor(
      name, {plan_.node},
      internal::node_factory<internal::PeekNode<K, V, Action>>(name, std::move(action)));
}

}  // namespace pawl

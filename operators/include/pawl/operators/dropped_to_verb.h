// Stream::dropped_to: a side output for what the next verb cannot use: an opt-in, so that nothing
// vanishes silently.
//   departures.dropped_to("late-departures").group_by_key().windowed_by(...).count(...);
//   orders.dropped_to([](const Stream<Id, Order>& unmatched) { ... }).split().branch(...);
// The verb counts what it drops as before (records.dropped). A record in the side output is what
// the verb received, with the reason as its header __pawl.dropped (pawl/engine/side_output.h):
// `late`, `partly_late`, `null_key`, `null_value`, `unmatched`, `expired`, `outside_windows`.
// `then` is called once for every node of the verb that drops: if the verb makes a repartition
// topic, once for the filter in front of that and once for what lies behind.
//
// Kafka Streams has no such thing; names and numbers of other nodes are the same without it, and
// follow those of the verb with it. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/stream.h>
#include <pawl/operators/to_verb.h>

#include <string>
#include <utility>

namespace pawl {

// A stream in front of a verb that drops records. Has the verbs of Stream that do.
template <class K, class V, internal::Lacking kLacking = internal::Lacking::nothing>
class DivertingStream : public Stream<K, V, kLacking> {
 public:
  using Stream<K, V, kLacking>::Stream;

  // These drop nothing.
  template <class... Arguments>
  const DivertingStream& dropped_to(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& filter(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& filter_not(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& map(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& map_values(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& flat_map(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& flat_map_values(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& select_key(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& peek(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& for_each(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& print(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& merge(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& to(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& process(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  template <class... Arguments>
  const DivertingStream& process_values(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }
  // Groups by another key, of which the dropped records would be: select_key() comes first.
  template <class... Arguments>
  const DivertingStream& group_by(const Arguments&... /*arguments*/) const {
    return refuse<Arguments...>();
  }

 private:
  template <class... Arguments>
  const DivertingStream& refuse() const {
    static_assert(sizeof...(Arguments) > 1'000,
                  "pawl: this verb drops no records of its stream: call dropped_to() directly in "
                  "front of the one that does (group_by_key, join, left_join, outer_join, split, "
                  "to_table, repartition, deduplicate).");
    return *this;
  }
};

template <class K, class V, internal::Lacking kLacking>
template <internal::Lacking kOther>
Stream<K, V, kLacking> Stream<K, V, kLacking>::merge(const DivertingStream<K, V, kOther>& other,
                                                     const Named& /*named*/) const {
  static_assert(sizeof(other) == 0,
                "pawl: a merge drops no records of its streams: call dropped_to() behind it, "
                "directly in front of the verb that does (group_by_key, join, left_join, "
                "outer_join, split, to_table, repartition, deduplicate).");
  return *this;
}

template <class K, class V, internal::Lacking kLacking>
template <class Then>
  requires std::invocable<const Then&, const Stream<K, V, kLacking>&>
DivertingStream<K, V, kLacking> Stream<K, V, kLacking>::dropped_to(Then then) const {
  internal::StreamPlan<K, V> next = plan_;
  next.dropped_to = [then = std::move(then)](const internal::StreamPlan<K, V>& dropped) {
    then(Stream<K, V, kLacking>(dropped));
  };
  return DivertingStream<K, V, kLacking>(std::move(next));
}

template <class K, class V, internal::Lacking kLacking>
DivertingStream<K, V, kLacking> Stream<K, V, kLacking>::dropped_to(const std::string& topic) const {
  return dropped_to([topic](const Stream& dropped) { dropped.to(topic); });
}

}  // namespace pawl

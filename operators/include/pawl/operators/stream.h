// Stream<K, V>: records that flow; each verb adds a node and returns the stream behind it. A
// handle, cheap to copy; the plan it belongs to is built by StreamBuilder::build().
//
// Functions are called as user_function.h says: with (const K&, const V&), (const V&), or pointers
// where nulls matter. They run on several threads at once (one object per task): no shared mutable
// state. The third parameter is the compiler's knowledge of missing serdes (serde_choice.h); leave
// it out when you name the type. Each verb is in a *_verb.h (dsl.h has all): of one not included
// the linker says `undefined reference`. Source: KStream. Thread rule: one, until build().
#pragma once

#include <pawl/engine/processor.h>
#include <pawl/engine/sink_node.h>
#include <pawl/operators/deduplication.h>
#include <pawl/operators/join_windows.h>
#include <pawl/operators/materialized.h>
#include <pawl/operators/named.h>
#include <pawl/operators/printed.h>
#include <pawl/operators/serde_choice.h>
#include <pawl/operators/serde_options.h>
#include <pawl/operators/stream_joined.h>
#include <pawl/operators/stream_plan.h>
#include <pawl/operators/stream_table_joiner.h>
#include <pawl/operators/user_function.h>

#include <string>
#include <utility>
#include <vector>

namespace pawl {

template <class K, class V, internal::Lacking kLacking>
class BranchedStream;
template <class K, class V>
class GroupedStream;
template <class K, class V>
class Table;
template <class K, class V>
class GlobalTable;
template <class K, class V, internal::Lacking kLacking>
struct Deduplicated;
template <class K, class V, internal::Lacking kLacking>
class DivertingStream;

template <class K, class V, internal::Lacking kLacking = internal::Lacking::nothing>
class Stream {
 public:
  using Key = K;
  using Value = V;

  explicit Stream(internal::StreamPlan<K, V> plan) : plan_(std::move(plan)) {}
  // Any stream of K and V is a Stream<K, V>, the form to name in signatures. A part that has no
  // serde is then found when a verb asks for it (TopologyError) rather than by the compiler.
  template <internal::Lacking kOther>
    requires(kLacking == internal::Lacking::nothing && kOther != kLacking)
  // NOLINTNEXTLINE(google-explicit-constructor): see above.
  Stream(const Stream<K, V, kOther>& other) : plan_(other.plan()) {}
  // For authors of operators.
  [[nodiscard]] const internal::StreamPlan<K, V>& plan() const { return plan_; }

  // Keeps the records for which the predicate is true (false).
  template <class Predicate>
  Stream filter(Predicate predicate, const Named& named = {}) const;
  template <class Predicate>
  Stream filter_not(Predicate predicate, const Named& named = {}) const;

  // Another key and value: the mapper returns std::pair. Marks the key as changed.
  template <class Mapper>
  auto map(Mapper mapper, const Named& named = {}) const;
  // Another value.
  template <class Mapper>
  auto map_values(Mapper mapper, const Named& named = {}) const;
  // Any number of pairs for each record. Marks the key as changed.
  template <class Mapper>
  auto flat_map(Mapper mapper, const Named& named = {}) const;
  // Any number of values for each record.
  template <class Mapper>
  auto flat_map_values(Mapper mapper, const Named& named = {}) const;
  // Another key. Marks the key as changed: what needs equal keys together repartitions.
  template <class Selector>
  auto select_key(Selector selector, const Named& named = {}) const;

  // Shows every record to a function.
  template <class Action>
  Stream peek(Action action, const Named& named = {}) const;
  template <class Action>
  void for_each(Action action, const Named& named = {}) const;
  // Writes a line for every record (printed.h), with what `format` makes of it, a text.
  void print(const Printed& printed = Printed::to_standard_output()) const;
  template <class Format>
  void print(Format format, const Printed& printed) const;

  // Both streams in one, in no promised order. It carries this stream's serdes, else the other's.
  template <internal::Lacking kOther>
  auto merge(const Stream<K, V, kOther>& other, const Named& named = {}) const;
  template <internal::Lacking kOther>  // does not compile: a merge drops nothing
  Stream merge(const DivertingStream<K, V, kOther>& other, const Named& named = {}) const;
  // Records go to the first branch they fit: split().branch(...).branch(...).default_branch().
  BranchedStream<K, V, kLacking> split(const Named& named = {}) const;

  // Through a topic of its own. See repartition.h.
  template <class Options = SerdeOptions<internal::RepartitionedTag>>
  Stream<K, V> repartition(const Options& options = {}) const;

  // To a topic, which must exist, or to the topic that `chooser` names for each record. Which
  // partitions, Produced::partitioned_by can say (partitioner_choice.h).
  template <class Options = SerdeOptions<internal::ProducedTag>>
  void to(const std::string& topic, const Options& options = {}) const;
  template <class Chooser, class Options = SerdeOptions<internal::ProducedTag>>
    requires std::invocable<const Chooser&, const Record<K, V>&, const RecordCoordinates&>
  void to(Chooser chooser, const Options& options = {}) const;

  // A hand-made step (processor.h). `supplier` returns std::unique_ptr of a Processor<K, V, ...>;
  // `stores`: names of the stores it uses, added with StreamBuilder::add_store, besides those that
  // it brings itself (connected_stores.h). Marks the key as changed.
  template <class Supplier>
  auto process(Supplier supplier, std::vector<std::string> stores = {},
               const Named& named = {}) const;
  // The same with a FixedKeyProcessor<K, V, ...>, which cannot change the key.
  template <class Supplier>
  auto process_values(Supplier supplier, std::vector<std::string> stores = {},
                      const Named& named = {}) const;

  // Where the records go that the next verb drops: late ones, those without a key, those that fit
  // no branch. To a topic, or on as `then` says, a function of their stream (dropped_to_verb.h).
  DivertingStream<K, V, kLacking> dropped_to(const std::string& topic) const;
  template <class Then>
    requires std::invocable<const Then&, const Stream<K, V, kLacking>&>
  DivertingStream<K, V, kLacking> dropped_to(Then then) const;

  // Drops repeated events (deduplication.h).
  template <class Id>
  Stream deduplicate(const DeduplicationSpec<Id>& spec) const;
  // The same with the repetitions as a second stream.
  template <class Id>
  Deduplicated<K, V, kLacking> deduplicate_and_keep(const DeduplicationSpec<Id>& spec) const;

  // Prepares aggregation by the present key, or by another one.
  template <class Options = SerdeOptions<internal::GroupedTag>>
  GroupedStream<K, V> group_by_key(const Options& options = {}) const;
  template <class Selector, class Options = SerdeOptions<internal::GroupedTag>>
  auto group_by(Selector selector, const Options& options = {}) const;

  // The latest value of every key as a table (to_table_verb.h).
  Table<K, V> to_table(const Materialized& materialized = {}, const Named& named = {}) const;
  Table<K, V> to_table(const Materialized& materialized, const Named& named, Serde<K> key,
                       Serde<V> value) const;

  // Each record with the table's current value of its key: the joiner takes (const V&, const T&),
  // or (const V&, const T*) where the table may have none, or the key before them
  // (stream_table_joiner.h). Only this stream's records make results.
  template <class T, class Joiner, class Options = SerdeOptions<internal::JoinedTag>>
  auto join(const Table<K, T>& table, Joiner joiner, const Options& options = {}) const;
  template <class T, class Joiner, class Options = SerdeOptions<internal::JoinedTag>>
  auto left_join(const Table<K, T>& table, Joiner joiner, const Options& options = {}) const;
  // Each record with a global table's value of the key that `selector` makes of it (null = none).
  // No repartitioning; the table may be ahead of this stream.
  template <class GK, class GV, class Selector, class Joiner>
  auto join(const GlobalTable<GK, GV>& table, Selector selector, Joiner joiner,
            const Named& named = {}) const;
  template <class GK, class GV, class Selector, class Joiner>
  auto left_join(const GlobalTable<GK, GV>& table, Selector selector, Joiner joiner,
                 const Named& named = {}) const;

  // The records of two streams that have equal keys and lie in each other's window
  // (join_windows.h), as nodes/stream_join_node.h says; joiners: stream_joiner.h. A left join also
  // gives the records of this stream that met none, an outer join those of both.
  template <class K2, class V2, internal::Lacking kOther, class Joiner,
            class Options = StreamJoinOptions<>>
  auto join(const Stream<K2, V2, kOther>& other, Joiner joiner, const JoinWindows& windows,
            const Options& options = {}) const;
  template <class K2, class V2, internal::Lacking kOther, class Joiner,
            class Options = StreamJoinOptions<>>
  auto left_join(const Stream<K2, V2, kOther>& other, Joiner joiner, const JoinWindows& windows,
                 const Options& options = {}) const;
  template <class K2, class V2, internal::Lacking kOther, class Joiner,
            class Options = StreamJoinOptions<>>
  auto outer_join(const Stream<K2, V2, kOther>& other, Joiner joiner, const JoinWindows& windows,
                  const Options& options = {}) const;

 private:
  // The stream behind a node of this one, with the same types.
  [[nodiscard]] Stream behind(internal::PlanNode& node) const {
    internal::StreamPlan<K, V> next = plan_;
    next.node = &node;
    return Stream(std::move(next));
  }
  template <class T, class Joiner, class Options>
  auto join_table(internal::JoinKind kind, const char* prefix, const Table<K, T>& table,
                  Joiner joiner, const Options& options) const;
  template <class GK, class GV, class Selector, class Joiner>
  auto join_global_table(internal::JoinKind kind, const GlobalTable<GK, GV>& table,
                         Selector selector, Joiner joiner, const Named& named) const;
  template <class Id>
  internal::PlanNode& add_deduplication(const DeduplicationSpec<Id>& spec, bool keep,
                                        internal::StreamPlan<K, V>& upstream) const;

  internal::StreamPlan<K, V> plan_;
};

}  // namespace pawl

// Table<K, V>: the latest value of every key, as a stream of changes. A handle, cheap to copy.
//
// A verb that takes a Materialized with a name keeps the values of its table in a store; without
// one, values are computed from the tables before it when somebody looks them up. Functions are
// called as user_function.h says, never with a deletion unless it says so. `serde`: of the new
// values, where their type has no default. Each verb is in a file of its own (table_*_verb.h,
// suppress_verb.h, foreign_key_join_verb.h): of one that is not included, by itself or with dsl.h,
// the linker says `undefined reference`.
// Source: KTable.
// Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/operators/foreign_key_joins.h>
#include <pawl/operators/materialized.h>
#include <pawl/operators/named.h>
#include <pawl/operators/nodes/to_stream_node.h>
#include <pawl/operators/stream.h>
#include <pawl/operators/stream_plan.h>
#include <pawl/operators/suppressed.h>
#include <pawl/operators/table_joiner.h>
#include <pawl/operators/table_traits.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl {

template <class K, class V>
class GroupedTable;

template <class K, class V>
class Table : public internal::ForeignKeyJoins<K, V> {
 public:
  using Key = K;
  using Value = V;

  explicit Table(internal::TablePlan<K, V> plan) : plan_(std::move(plan)) {}
  // For authors of operators.
  [[nodiscard]] const internal::TablePlan<K, V>& plan() const { return plan_; }

  // The store in which queries find this table: the one named with Materialized, or that of a join
  // by key with a Materialized without a name. Absent: none can be asked for, as tables without a
  // name keep one only where a verb behind them needs it.
  [[nodiscard]] const std::optional<std::string>& queryable_store_name() const {
    return plan_.queryable_store;
  }

  // The changes as a stream of new values; a deletion is a null value.
  Stream<K, V> to_stream(const Named& named = {}) const {
    const std::string name = plan_.plan->next_name("KTABLE-TOSTREAM-", named.name());
    internal::StreamPlan<K, V> next;
    next.plan = plan_.plan;
    next.node = &plan_.plan->add_processor(
        name, {plan_.node}, internal::node_factory<internal::ToStreamNode<K, V>>(name));
    next.sources = plan_.sources;
    next.key_serde = plan_.key_serde;
    next.value_serde = plan_.value_serde;
    return Stream<K, V>(std::move(next));
  }
  // The same under other keys; the selector is shown deletions, too. Marks the key as changed.
  template <class Selector>
    requires(!internal::kIsTableOption<Selector>)
  auto to_stream(Selector selector, const Named& named = {}) const {
    return to_stream(named).select_key(std::move(selector));
  }

  // The rows for which the predicate is true (false); other rows are deleted.
  template <class Predicate>
  Table filter(Predicate predicate, const Named& named = {}) const {
    return filtered(std::move(predicate), true, nullptr, named);
  }
  template <class Predicate>
  Table filter(Predicate predicate, const Materialized& materialized,
               const Named& named = {}) const {
    return filtered(std::move(predicate), true, &materialized, named);
  }
  template <class Predicate>
  Table filter_not(Predicate predicate, const Named& named = {}) const {
    return filtered(std::move(predicate), false, nullptr, named);
  }
  template <class Predicate>
  Table filter_not(Predicate predicate, const Materialized& materialized,
                   const Named& named = {}) const {
    return filtered(std::move(predicate), false, &materialized, named);
  }

  // Another value for every row.
  template <class Mapper>
  auto map_values(Mapper mapper, const Named& named = {}) const;
  template <class Mapper, class VOut = internal::MappedValue<Mapper, K, V>>
  Table<K, VOut> map_values(Mapper mapper, const Materialized& materialized,
                            const Named& named = {},
                            Serde<VOut> serde = default_serde<VOut>()) const;

  // A hand-made step (table_value_processor.h). `supplier` returns std::unique_ptr of a
  // TableValueProcessor<K, V, ...>; `stores`: names of the stores it uses.
  template <class Supplier>
  auto transform_values(Supplier supplier, std::vector<std::string> stores = {},
                        const Named& named = {}) const;
  template <class Supplier, class VOut = typename internal::SuppliedProcessor<Supplier>::ValueOut>
  Table<K, VOut> transform_values(Supplier supplier, const Materialized& materialized,
                                  std::vector<std::string> stores = {}, const Named& named = {},
                                  Serde<VOut> serde = default_serde<VOut>()) const;

  // Prepares aggregation by another key: the selector returns std::pair of new key and value;
  // either may be std::optional, and a row without one belongs to no group.
  template <class Selector, class Options = SerdeOptions<internal::GroupedTag>>
  auto group_by(Selector selector, const Options& options = {}) const;

  // Joins with another table of the same keys (table_joiner.h says how the joiner is called).
  template <class T, class Joiner>
  auto join(const Table<K, T>& other, Joiner joiner, const Named& named = {}) const {
    return joined<internal::TableJoinKind::inner>(other, std::move(joiner), named);
  }
  template <class T, class Joiner,
            class VOut = internal::TableJoinResult<internal::TableJoinKind::inner, Joiner, V, T>>
  Table<K, VOut> join(const Table<K, T>& other, Joiner joiner, const Materialized& materialized,
                      const Named& named = {}, Serde<VOut> serde = default_serde<VOut>()) const {
    return joined<internal::TableJoinKind::inner>(other, std::move(joiner), materialized, named,
                                                  std::move(serde));
  }
  template <class T, class Joiner>
  auto left_join(const Table<K, T>& other, Joiner joiner, const Named& named = {}) const {
    return joined<internal::TableJoinKind::left>(other, std::move(joiner), named);
  }
  template <class T, class Joiner,
            class VOut = internal::TableJoinResult<internal::TableJoinKind::left, Joiner, V, T>>
  Table<K, VOut> left_join(const Table<K, T>& other, Joiner joiner,
                           const Materialized& materialized, const Named& named = {},
                           Serde<VOut> serde = default_serde<VOut>()) const {
    return joined<internal::TableJoinKind::left>(other, std::move(joiner), materialized, named,
                                                 std::move(serde));
  }
  template <class T, class Joiner>
  auto outer_join(const Table<K, T>& other, Joiner joiner, const Named& named = {}) const {
    return joined<internal::TableJoinKind::outer>(other, std::move(joiner), named);
  }
  template <class T, class Joiner,
            class VOut = internal::TableJoinResult<internal::TableJoinKind::outer, Joiner, V, T>>
  Table<K, VOut> outer_join(const Table<K, T>& other, Joiner joiner,
                            const Materialized& materialized, const Named& named = {},
                            Serde<VOut> serde = default_serde<VOut>()) const {
    return joined<internal::TableJoinKind::outer>(other, std::move(joiner), materialized, named,
                                                  std::move(serde));
  }

  // By foreign key: foreign_key_joins.h.
  using internal::ForeignKeyJoins<K, V>::join;
  using internal::ForeignKeyJoins<K, V>::left_join;

  // One final result per window (suppressed.h). Only for windowed tables.
  Table suppress(const Suppressed& suppressed) const
    requires internal::kIsWindowed<K>;
  // At most one change per key and time.
  template <internal::WhenFull kWhenFull>
  Table suppress(const internal::TimeLimited<internal::LimitedBuffer<kWhenFull>>& suppressed) const;

 private:
  // `materialized` null: none was given, which takes no number for a store.
  template <class Predicate>
  Table filtered(Predicate predicate, bool wanted, const Materialized* materialized,
                 const Named& named) const;
  template <class Mapper, class VOut>
  Table<K, VOut> mapped(Mapper mapper, const Materialized& materialized, const Named& named,
                        std::optional<Serde<VOut>> serde) const;
  template <class Supplier, class VOut>
  Table<K, VOut> transformed(Supplier supplier, std::vector<std::string> stores,
                             const Materialized& materialized, const Named& named,
                             std::optional<Serde<VOut>> serde) const;
  template <internal::TableJoinKind kKind, class T, class Joiner>
  auto joined(const Table<K, T>& other, Joiner joiner, const Named& named) const;
  template <internal::TableJoinKind kKind, class T, class Joiner, class VOut>
  Table<K, VOut> joined(const Table<K, T>& other, Joiner joiner, const Materialized& materialized,
                        const Named& named, Serde<VOut> serde) const;
  template <class BufferTime, internal::WhenFull kWhenFull>
  Table held_back(const std::optional<std::string>& given,
                  const internal::LimitedBuffer<kWhenFull>& buffer, std::chrono::milliseconds wait,
                  bool end_inclusive = false) const;

  internal::TablePlan<K, V> plan_;
};

}  // namespace pawl

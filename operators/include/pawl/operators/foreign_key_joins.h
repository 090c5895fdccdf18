// ForeignKeyJoins: Table::join and Table::left_join by foreign key; every table derives from it.
// How they work: foreign_key_join_verb.h. Source: KTable (KIP-213). Thread rule: one thread, until
// the topology is built.
#pragma once

#include <pawl/operators/materialized.h>
#include <pawl/operators/table_joined.h>
#include <pawl/operators/table_joiner.h>
#include <pawl/operators/table_traits.h>
#include <pawl/serde/serde.h>

#include <utility>

namespace pawl {

template <class K, class V>
class Table;

namespace internal {

template <class K, class V>
class ForeignKeyJoins {
 public:
  // Joins each row with the row of another table whose key `foreign_key` reads out of it:
  // (const K&, const V&) or (const V&) -> KO or std::optional<KO> (foreign_key_join_verb.h).
  template <class KO, class VO, class ForeignKey, class Joiner, class Options = TableJoinOptions<>>
    requires(!kIsTableOption<Joiner> && kIsTableJoined<Options>)
  auto join(const Table<KO, VO>& other, ForeignKey foreign_key, Joiner joiner,
            const Options& options = {}) const {
    return foreign_joined<TableJoinKind::inner>(other, std::move(foreign_key), std::move(joiner),
                                                options);
  }
  template <class KO, class VO, class ForeignKey, class Joiner, class Options = TableJoinOptions<>,
            class VOut = TableJoinResult<TableJoinKind::inner, Joiner, V, VO>>
    requires(!kIsTableOption<Joiner> && kIsTableJoined<Options>)
  Table<K, VOut> join(const Table<KO, VO>& other, ForeignKey foreign_key, Joiner joiner,
                      const Options& options, const Materialized& materialized,
                      Serde<VOut> serde = default_serde<VOut>()) const {
    return foreign_joined<TableJoinKind::inner>(other, std::move(foreign_key), std::move(joiner),
                                                options, materialized, std::move(serde));
  }
  template <class KO, class VO, class ForeignKey, class Joiner, class Options = TableJoinOptions<>>
    requires(!kIsTableOption<Joiner> && kIsTableJoined<Options>)
  auto left_join(const Table<KO, VO>& other, ForeignKey foreign_key, Joiner joiner,
                 const Options& options = {}) const {
    return foreign_joined<TableJoinKind::left>(other, std::move(foreign_key), std::move(joiner),
                                               options);
  }
  template <class KO, class VO, class ForeignKey, class Joiner, class Options = TableJoinOptions<>,
            class VOut = TableJoinResult<TableJoinKind::left, Joiner, V, VO>>
    requires(!kIsTableOption<Joiner> && kIsTableJoined<Options>)
  Table<K, VOut> left_join(const Table<KO, VO>& other, ForeignKey foreign_key, Joiner joiner,
                           const Options& options, const Materialized& materialized,
                           Serde<VOut> serde = default_serde<VOut>()) const {
    return foreign_joined<TableJoinKind::left>(other, std::move(foreign_key), std::move(joiner),
                                               options, materialized, std::move(serde));
  }

 private:
  template <TableJoinKind kKind, class KO, class VO, class ForeignKey, class Joiner, class Options>
  auto foreign_joined(const Table<KO, VO>& other, ForeignKey foreign_key, Joiner joiner,
                      const Options& options) const;
  template <TableJoinKind kKind, class KO, class VO, class ForeignKey, class Joiner, class Options,
            class VOut>
  Table<K, VOut> foreign_joined(const Table<KO, VO>& other, ForeignKey foreign_key, Joiner joiner,
                                const Options& options, const Materialized& materialized,
                                Serde<VOut> serde) const;
};

}  // namespace internal
}  // namespace pawl

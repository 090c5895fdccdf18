// TableJoined: the options of a foreign-key join: its name, after which its nodes, topics and store
// are called, and how the keys of both tables choose their partitions where that is not by the
// default hash:
//   left.join(right, customer_of, merge, TableJoined::as("orders-with-customers"))
//   left.join(right, customer_of, merge, TableJoined::partitioned_by(by_order, by_customer))
// A partitioner is (const Key&, std::int32_t partitions) -> PartitionId, and must choose as whoever
// writes the topic of that table does. Source: TableJoined. Thread rule: a value.
#pragma once

#include <pawl/model/ids.h>
#include <pawl/operators/serde_options.h>

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

template <class LeftPartitioner = NoPartitioner, class RightPartitioner = NoPartitioner>
class TableJoinOptions {
 public:
  static constexpr bool kHasPartitioners = !std::is_same_v<LeftPartitioner, NoPartitioner>;

  TableJoinOptions()
    requires(!kHasPartitioners)
  = default;
  TableJoinOptions(std::optional<std::string> name, LeftPartitioner left, RightPartitioner right)
      : name_(std::move(name)), left_(std::move(left)), right_(std::move(right)) {}

  [[nodiscard]] TableJoinOptions named(std::string name) && {
    name_ = std::move(name);
    return std::move(*this);
  }
  template <class Left, class Right>
  [[nodiscard]] TableJoinOptions<Left, Right> partitioned_by(Left left, Right right) && {
    return TableJoinOptions<Left, Right>(std::move(name_), std::move(left), std::move(right));
  }

  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }
  [[nodiscard]] const LeftPartitioner& left() const { return left_; }
  [[nodiscard]] const RightPartitioner& right() const { return right_; }

 private:
  std::optional<std::string> name_;
  [[no_unique_address]] LeftPartitioner left_;
  [[no_unique_address]] RightPartitioner right_;
};

struct TableJoined {
  static TableJoinOptions<> as(std::string name) {
    return TableJoinOptions<>().named(std::move(name));
  }
  template <class Left, class Right>
  static TableJoinOptions<Left, Right> partitioned_by(Left left, Right right) {
    return TableJoinOptions<>().partitioned_by(std::move(left), std::move(right));
  }
};

namespace internal {

template <class T>
inline constexpr bool kIsTableJoined = false;
template <class Left, class Right>
inline constexpr bool kIsTableJoined<TableJoinOptions<Left, Right>> = true;

template <class K>
using KeyPartitioner = std::function<PartitionId(const K& key, std::int32_t partitions)>;

// The partitioners of a foreign-key join; empty: by default.
template <class K, class KO>
struct TableJoinPartitioners {
  KeyPartitioner<K> left;
  KeyPartitioner<KO> right;
};

template <class F, class K>
inline constexpr bool kPartitionsKeys = requires(const F& f, const K& key) {
  { f(key, std::int32_t(1)) } -> std::same_as<PartitionId>;
};

template <class K, class KO, class Options>
TableJoinPartitioners<K, KO> table_join_partitioners(const Options& options) {
  if constexpr (!Options::kHasPartitioners) {
    return {};
  } else {
    static_assert(
        kPartitionsKeys<std::remove_cvref_t<decltype(options.left())>, K> &&
            kPartitionsKeys<std::remove_cvref_t<decltype(options.right())>, KO>,
        "pawl: the partitioners of a foreign-key join take the key of the left and of the right "
        "table: (const Key&, std::int32_t partitions) -> PartitionId.");
    return {options.left(), options.right()};
  }
}

}  // namespace internal
}  // namespace pawl

// Consumed, Grouped, Produced, Repartitioned, Joined: one options value per verb that meets a
// topic: a name and serdes.
//   stream.group_by_key(Grouped::as("by-origin"))
//   stream.to("out", Produced::with(serde::string(), my_serde))
//   stream.to("out", Produced::partitioned_by(by_region))
// Which serde a verb takes without them: serde_choice.h.
#pragma once

#include <pawl/operators/named.h>
#include <pawl/serde/serde.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

// A pair of serdes that may be absent, as a type: SerdePair<> has none.
template <class K = void, class V = void>
struct SerdePair {
  Serde<K> key;
  Serde<V> value;
};
template <>
struct SerdePair<void, void> {};

struct NoPartitioner {};

// What the options of a verb have in common. `Tag` keeps the verbs apart.
template <class Tag, class K = void, class V = void, class Partitioner = NoPartitioner>
class SerdeOptions {
 public:
  static constexpr bool kHasSerdes = !std::is_void_v<K>;
  static constexpr bool kHasPartitioner = !std::is_same_v<Partitioner, NoPartitioner>;

  SerdeOptions()
    requires(!kHasSerdes && !kHasPartitioner)
  = default;
  explicit SerdeOptions(SerdePair<K, V> serdes, std::optional<std::string> name = std::nullopt,
                        Partitioner choose = Partitioner())
      : serdes_(std::move(serdes)), name_(std::move(name)), partitioner_(std::move(choose)) {}

  // Gives the node (and the topic, where the verb makes one) a name.
  [[nodiscard]] SerdeOptions named(std::string name) && {
    name_ = std::move(name);
    return std::move(*this);
  }
  // Adds serdes.
  template <class OtherKey, class OtherValue>
  [[nodiscard]] SerdeOptions<Tag, OtherKey, OtherValue, Partitioner> with(
      Serde<OtherKey> key, Serde<OtherValue> value) && {
    SerdeOptions<Tag, OtherKey, OtherValue, Partitioner> result(
        SerdePair<OtherKey, OtherValue>{std::move(key), std::move(value)}, std::move(name_),
        std::move(partitioner_));
    result.partitions_ = partitions_;
    result.grace_ = grace_;
    return result;
  }
  // Produced and Repartitioned only: chooses the partitions of each record (partitioner_choice.h).
  template <class F>
  [[nodiscard]] SerdeOptions<Tag, K, V, F> partitioned_by(F choose) &&
    requires Tag::kHasPartitioner
  {
    SerdeOptions<Tag, K, V, F> result(std::move(serdes_), std::move(name_), std::move(choose));
    result.partitions_ = partitions_;
    return result;
  }
  // Repartitioned only: how many partitions the topic gets.
  [[nodiscard]] SerdeOptions partitions(std::int32_t count) &&
    requires Tag::kHasPartitions
  {
    partitions_ = count;
    return std::move(*this);
  }

  // Joined only: how long a record waits for table updates of its time (nodes/
  // stream_table_grace_join_node.h). The table must be versioned.
  [[nodiscard]] SerdeOptions grace(std::chrono::milliseconds grace) &&
    requires Tag::kHasGrace
  {
    grace_ = grace;
    return std::move(*this);
  }

  [[nodiscard]] const SerdePair<K, V>& serdes() const { return serdes_; }
  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }
  [[nodiscard]] const std::optional<std::int32_t>& partition_count() const { return partitions_; }
  [[nodiscard]] const std::optional<std::chrono::milliseconds>& grace() const { return grace_; }
  [[nodiscard]] const Partitioner& partitioner() const { return partitioner_; }

 private:
  template <class OtherTag, class OtherKey, class OtherValue, class OtherPartitioner>
  friend class SerdeOptions;
  SerdePair<K, V> serdes_;
  std::optional<std::string> name_;
  std::optional<std::int32_t> partitions_;
  std::optional<std::chrono::milliseconds> grace_;
  [[no_unique_address]] Partitioner partitioner_;
};

namespace internal {
struct GroupedTag {
  static constexpr bool kHasPartitions = false;
  static constexpr bool kHasPartitioner = false;
};
struct ProducedTag {
  static constexpr bool kHasPartitions = false;
  static constexpr bool kHasPartitioner = true;
};
struct RepartitionedTag {
  static constexpr bool kHasPartitions = true;
  static constexpr bool kHasPartitioner = true;
};
struct JoinedTag {
  static constexpr bool kHasPartitions = false;
  static constexpr bool kHasGrace = true;
  static constexpr bool kHasPartitioner = false;
};

// Makes the options of one verb: `Grouped::as(...)`, `Grouped::with(...)`.
template <class Tag>
struct OptionsMaker {
  static SerdeOptions<Tag> as(std::string name) {
    return SerdeOptions<Tag>().named(std::move(name));
  }
  template <class K, class V>
  static SerdeOptions<Tag, K, V> with(Serde<K> key, Serde<V> value) {
    return SerdeOptions<Tag>().with(std::move(key), std::move(value));
  }
  template <class F>
    requires Tag::kHasPartitioner
  static SerdeOptions<Tag, void, void, F> partitioned_by(F choose) {
    return SerdeOptions<Tag>().partitioned_by(std::move(choose));
  }
};

}  // namespace internal

struct Grouped : internal::OptionsMaker<internal::GroupedTag> {};
struct Produced : internal::OptionsMaker<internal::ProducedTag> {};
struct Repartitioned : internal::OptionsMaker<internal::RepartitionedTag> {
  static SerdeOptions<internal::RepartitionedTag> partitions(std::int32_t count) {
    return SerdeOptions<internal::RepartitionedTag>().partitions(count);
  }
};
struct Joined : internal::OptionsMaker<internal::JoinedTag> {
  static SerdeOptions<internal::JoinedTag> grace(std::chrono::milliseconds grace) {
    return SerdeOptions<internal::JoinedTag>().grace(grace);
  }
};

}  // namespace pawl

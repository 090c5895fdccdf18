// The partitioner in the options of to() and repartition(): a function that says for each record
// which partitions it goes to:
//   (const K&, const V&, std::int32_t partitions)                             null is an error
//   (const Record<K, V>&, const std::string& topic, std::int32_t partitions)  null is a null
//   pointer
// It returns a PartitionId or a PartitionChoice, which may be several, none, or the default
// (pawl/engine/stream_partitioner.h).
#pragma once

#include <pawl/engine/stream_partitioner.h>
#include <pawl/operators/user_function.h>

#include <concepts>
#include <cstdint>
#include <string>

namespace pawl::internal {

// Returns: the partitioner of a verb's options; empty when they have none.
template <class K, class V, class Options>
StreamPartitioner<K, V> partitioner_of(const Options& options) {
  if constexpr (!Options::kHasPartitioner) {
    return {};
  } else {
    using F = std::remove_cvref_t<decltype(options.partitioner())>;
    constexpr bool kTakesValues = std::invocable<const F&, const K&, const V&, std::int32_t>;
    static_assert(
        kTakesValues ||
            std::invocable<const F&, const Record<K, V>&, const std::string&, std::int32_t>,
        "pawl: a partitioner is callable with (const K&, const V&, std::int32_t "
        "partitions) or (const Record<K, V>&, const std::string& topic, std::int32_t "
        "partitions).");
    if constexpr (kTakesValues) {
      return [f = options.partitioner()](const Record<K, V>& record, const std::string& /*topic*/,
                                         std::int32_t partitions) -> PartitionChoice {
        return f(not_null(record.key, "key"), not_null(record.value, "value"), partitions);
      };
    } else {
      return options.partitioner();
    }
  }
}

}  // namespace pawl::internal

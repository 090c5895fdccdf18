// Subscription, SubscriptionResponse: what the two sides of a foreign-key join tell each other.
//
//   left ── Subscription, keyed by the foreign key ──▶ right's partition: remembers who joins what
//   left ◀─ SubscriptionResponse, keyed by the left key ── right's partition: the right value
//
// Both carry a hash of the left value that they are about; an answer to a value that has changed
// meanwhile is recognised by it and dropped: the newer value has asked for an answer of its own.
// Source: SubscriptionWrapper, SubscriptionResponseWrapper. Thread rule: values.
#pragma once

#include <pawl/model/ids.h>
#include <pawl/operators/foreign_key/murmur3.h>

#include <cstdint>
#include <optional>

namespace pawl::internal {

enum class SubscriptionInstruction : std::uint8_t {
  // Forget the subscription.
  unsubscribe = 0,
  // Forget it and answer without a value, so that the result is deleted.
  unsubscribe_and_answer = 1,
  // Remember it; answer with the right value or without one.
  subscribe_and_answer = 2,
  // Remember it; answer if there is a right value.
  subscribe = 3,
};

template <class K>
struct Subscription {
  // Of the left value; nothing when that was deleted.
  std::optional<Hash128> hash;
  SubscriptionInstruction instruction = SubscriptionInstruction::unsubscribe;
  K primary_key{};
  // Where the left row lies, and the answer goes; nothing in old records: by the key.
  std::optional<PartitionId> primary_partition;
};

template <class V>
struct SubscriptionResponse {
  std::optional<Hash128> hash;
  std::optional<V> foreign_value;
  // Not in the bytes: where the answer goes.
  std::optional<PartitionId> primary_partition;
};

}  // namespace pawl::internal

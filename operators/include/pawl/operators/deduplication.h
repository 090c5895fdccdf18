// Deduplication: drops repeated events. Two records are the same event when their ids are equal and
// their event times differ by at most `within`, in either direction; the first one that is
// processed wins, and a repetition does not extend the time in which further ones are recognised.
//   .deduplicate(Deduplication::by_key().within(24h))
//   .deduplicate(Deduplication::by([](const Order& order) { return order.id(); }).within(1h))
// Ids are remembered for twice that time and 1 ms behind the latest event; older events pass,
// counted as `dedup.late.passed`, because nobody can tell any more. Repetitions of an event must
// come to the same partition: by_key() takes care of that (it repartitions when the key was
// changed); with by() the key must be the same for all repetitions.
// Source: KIP-655 (semantics of the window; the offset in the store).
// Thread rule: values.
#pragma once

#include <pawl/engine/topology.h>
#include <pawl/statestore/store_spec.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

namespace internal {

// The record's key is the event's id.
struct KeyIsId {};

}  // namespace internal

// Id: internal::KeyIsId, or a function of the record that returns the id.
template <class Id>
class DeduplicationSpec {
 public:
  DeduplicationSpec(Id id, std::chrono::milliseconds within) : id_(std::move(id)), within_(within) {
    if (within.count() <= 0) {
      throw TopologyError("deduplication needs a positive time within which events are the same");
    }
  }
  // Names the node; its store is `<name>-store`.
  [[nodiscard]] DeduplicationSpec named(std::string name) && {
    name_ = std::move(name);
    return std::move(*this);
  }
  [[nodiscard]] DeduplicationSpec in_memory() && {
    persistence_ = Persistence::in_memory;
    return std::move(*this);
  }

  [[nodiscard]] const Id& id() const { return id_; }
  [[nodiscard]] std::chrono::milliseconds within() const { return within_; }
  [[nodiscard]] std::chrono::milliseconds retention() const {
    return 2 * within_ + std::chrono::milliseconds(1);
  }
  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }
  [[nodiscard]] StoreSpec store(std::string store_name) const {
    StoreSpec spec;
    spec.name = std::move(store_name);
    spec.kind = StoreKind::window;
    spec.persistence = persistence_;
    spec.retention = retention();
    spec.window_size = within_;
    spec.layout = WindowLayout::key_first;
    spec.key_filter = true;
    return spec;
  }

 private:
  Id id_;
  std::chrono::milliseconds within_;
  std::optional<std::string> name_;
  Persistence persistence_ = Persistence::persistent;
};

struct Deduplication {
  template <class Id>
  class Unbounded {
   public:
    explicit Unbounded(Id id) : id_(std::move(id)) {}
    [[nodiscard]] DeduplicationSpec<Id> within(std::chrono::milliseconds time) const {
      return {id_, time};
    }

   private:
    Id id_;
  };

  static Unbounded<internal::KeyIsId> by_key() { return Unbounded(internal::KeyIsId{}); }
  // `id`: callable with (const K&, const V&) or (const V&); its result needs a DefaultSerde.
  template <class F>
  static Unbounded<F> by(F id) {
    return Unbounded<F>(std::move(id));
  }
};

}  // namespace pawl

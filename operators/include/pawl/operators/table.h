// Table<K, V>: the latest value of every key, as a stream of changes. A handle, cheap to copy.
// Source: KTable.
// Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/model/window.h>
#include <pawl/operators/named.h>
#include <pawl/operators/nodes/suppress_node.h>
#include <pawl/operators/nodes/to_stream_node.h>
#include <pawl/operators/stream.h>
#include <pawl/operators/stream_plan.h>
#include <pawl/operators/suppressed.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

namespace internal {

template <class K>
inline constexpr bool kIsWindowed = false;
template <class K>
inline constexpr bool kIsWindowed<Windowed<K>> = true;

template <class K>
struct InnerKey;
template <class K>
struct InnerKey<Windowed<K>> {
  using Type = K;
};

}  // namespace internal

template <class K, class V>
class Table {
 public:
  using Key = K;
  using Value = V;

  explicit Table(internal::TablePlan<K, V> plan) : plan_(std::move(plan)) {}
  // For authors of operators.
  [[nodiscard]] const internal::TablePlan<K, V>& plan() const { return plan_; }

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

  // One final result per window (suppressed.h). Only for windowed tables.
  Table suppress(const Suppressed& suppressed) const
    requires internal::kIsWindowed<K>
  {
    using Inner = typename internal::InnerKey<K>::Type;
    internal::LogicalPlan& plan = *plan_.plan;
    // A given name takes no number. Source: KTableImpl.suppress.
    const std::string name =
        suppressed.name().has_value() ? *suppressed.name() : plan.next_name("KTABLE-SUPPRESS-");
    const std::string store =
        suppressed.name().has_value() ? name + "-store" : plan.next_store_name("KTABLE-SUPPRESS-");
    StoreSpec spec;
    spec.name = store;
    spec.kind = StoreKind::time_ordered_buffer;
    spec.persistence = Persistence::in_memory;
    spec.logging = suppressed.buffer().logging();
    spec.changelog_config = suppressed.buffer().changelog_config();
    plan.add_store(spec);
    plan_.node->want_old_values();
    if (!plan_.window_grace.has_value()) {
      throw TopologyError("suppress '" + name +
                          "' waits for windows that never close: aggregate by windows that end");
    }
    internal::TablePlan<K, V> next = plan_;
    next.store = nullptr;
    next.node =
        &plan.add_processor(name, {plan_.node},
                            internal::node_factory<internal::SuppressNode<Inner, V>>(
                                name, store, suppressed.buffer(), *plan_.window_grace,
                                plan_.window_end_inclusive, plan_.key_serde, plan_.value_serde),
                            {store});
    return Table(std::move(next));
  }

 private:
  internal::TablePlan<K, V> plan_;
};

}  // namespace pawl

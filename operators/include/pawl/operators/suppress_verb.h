// Table::suppress.
#pragma once

#include <pawl/operators/derived_table.h>
#include <pawl/operators/nodes/suppress_node.h>
#include <pawl/operators/suppressed_table_view.h>
#include <pawl/operators/table.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

template <class K, class V>
template <class BufferTime, internal::WhenFull kWhenFull>
Table<K, V> Table<K, V>::held_back(const std::optional<std::string>& given,
                                   const internal::LimitedBuffer<kWhenFull>& buffer,
                                   std::chrono::milliseconds wait, bool end_inclusive) const {
  if (plan_.view->versioned_store() != nullptr) {
    throw TopologyError("the table behind node '" + plan_.node->output() +
                        "' is versioned: suppress would take an update of its past for the latest "
                        "change. Keep it with Materialized::as");
  }
  internal::LogicalPlan& plan = *plan_.plan;
  // A given name takes no number. Source: KTableImpl.suppress.
  const std::string name = given.has_value() ? *given : plan.next_name("KTABLE-SUPPRESS-");
  StoreSpec spec;
  spec.name = given.has_value() ? name + "-store" : plan.next_store_name("KTABLE-SUPPRESS-");
  spec.kind = StoreKind::time_ordered_buffer;
  spec.persistence = Persistence::in_memory;
  spec.logging = buffer.logging();
  spec.changelog_config = buffer.changelog_config();
  plan.add_store(spec);
  plan_.view->want_old_values(internal::StoreDemand::forced);
  const internal::BufferCodec<K, V> codec(spec.name, plan_.key_serde,
                                          internal::value_serde_of(plan_));
  internal::TablePlan<K, V> next = plan_;
  next.queryable_store.reset();
  next.view = std::make_shared<internal::SuppressedTableView<K, V>>(plan_.view, spec.name, codec);
  next.node =
      &plan.add_processor(name, {plan_.node},
                          internal::node_factory<internal::SuppressNode<K, V, BufferTime>>(
                              name,
                              internal::SuppressRules{wait, buffer.records_max(),
                                                      buffer.bytes_max(), kWhenFull, end_inclusive},
                              codec),
                          {spec.name});
  return Table(std::move(next));
}

template <class K, class V>
Table<K, V> Table<K, V>::suppress(const Suppressed& suppressed) const
  requires internal::kIsWindowed<K>
{
  const std::optional<internal::WindowClose> close = internal::window_close_behind(*plan_.node);
  if (!close.has_value() || !close->grace.has_value()) {
    throw TopologyError("the table behind node '" + plan_.node->output() +
                        "' does not know when its windows close: not all that it is made of comes "
                        "from windowed aggregations whose windows end. Suppress its results until "
                        "a time limit");
  }
  return held_back<internal::WindowEndTime>(suppressed.name(), suppressed.buffer(), *close->grace,
                                            close->end_inclusive);
}

template <class K, class V>
template <internal::WhenFull kWhenFull>
Table<K, V> Table<K, V>::suppress(
    const internal::TimeLimited<internal::LimitedBuffer<kWhenFull>>& suppressed) const {
  return held_back<internal::ChangeTime>(suppressed.name(), suppressed.buffer(),
                                         suppressed.limit());
}

}  // namespace pawl

#include "task/task_context.h"

#include "topology/internal_topics.h"

#include <pawl/engine/metric_names.h>
#include <pawl/statestore/shared_store.h>

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace pawl::internal {

MetricLabels NodeContext::labels() const {
  MetricLabels labels = task_.environment.labels;
  labels["task"] = to_string(task_.id);
  labels["node"] = spec_.name;
  return labels;
}

Counter& NodeContext::dropped_counter(const std::string& reason) {
  MetricLabels with_reason = labels();
  with_reason["reason"] = reason;
  return task_.environment.metrics->counter(metric_names::kRecordsDropped, with_reason);
}

StateStore* NodeContext::global_store(const std::string& name) {
  if (task_.environment.global_stores == nullptr) {
    return nullptr;
  }
  const auto global = task_.environment.global_stores->find(name);
  if (global == task_.environment.global_stores->end()) {
    return nullptr;
  }
  std::unique_ptr<KeyValueStore>& view = task_.global_stores[name];
  if (view == nullptr) {
    view = shared_key_value_store(global->second.spec, global->second.rows);
  }
  return view.get();
}

StateStore& NodeContext::state_store(const std::string& name) {
  if (task_.stores == nullptr) {
    throw std::logic_error("node " + spec_.name + ": stores are not open yet where nodes are made");
  }
  const bool connected =
      std::find(spec_.stores.begin(), spec_.stores.end(), name) != spec_.stores.end();
  StateStore* const store = connected ? task_.stores->find(name) : global_store(name);
  if (store == nullptr) {
    throw TopologyError(
        fmt::format("node '{}' asks for the store '{}' but is not connected to it: name the store "
                    "when the node is added",
                    spec_.name, name));
  }
  return *store;
}

std::optional<std::filesystem::path> NodeContext::state_directory() const {
  if (!task_.environment.directory.has_value()) {
    return std::nullopt;
  }
  std::filesystem::path path = *task_.environment.directory / "files";
  std::filesystem::create_directories(path);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

void NodeContext::check_punctuates() const {
  if (!task_.punctuates) {
    throw std::logic_error("node " + spec_.name +
                           " feeds a global store: nothing can be scheduled there");
  }
}

Punctuator NodeContext::observed(Punctuator punctuator) const {
  NodeObserver* const observer = node_.observer();
  if (observer == nullptr) {
    return punctuator;
  }
  return [observer, &coordinates = task_.coordinates,
          punctuator = std::move(punctuator)](Timestamp now) {
    run_observed(*observer, NodeCall(now, coordinates), [&] { punctuator(now); });
  };
}

PunctuationHandle NodeContext::schedule(std::chrono::milliseconds interval, PunctuationType type,
                                        Punctuator punctuator) {
  check_punctuates();
  // Stream time counts from 0, so the first call comes with the first record; wall clock counts
  // from now.
  if (type == PunctuationType::stream_time) {
    return task_.stream_time_punctuations.schedule(node_, Timestamp(0), interval,
                                                   observed(std::move(punctuator)));
  }
  return task_.wall_clock_punctuations.schedule(node_, task_.wall_time + interval, interval,
                                                observed(std::move(punctuator)));
}

PunctuationHandle NodeContext::schedule(Timestamp start, std::chrono::milliseconds interval,
                                        PunctuationType type, Punctuator punctuator) {
  check_punctuates();
  if (type == PunctuationType::stream_time) {
    return task_.stream_time_punctuations.schedule_anchored(
        node_, start, task_.stream_time, interval, observed(std::move(punctuator)));
  }
  return task_.wall_clock_punctuations.schedule_anchored(node_, start, task_.wall_time, interval,
                                                         observed(std::move(punctuator)));
}

std::string NodeContext::internal_topic(const std::string& name) const {
  return internal_topic_name(task_.environment.application_id, name);
}

TaskInput NodeContext::exchange_input(const TaskInput& other) {
  return {std::exchange(task_.write, other.write),
          std::exchange(task_.coordinates, other.coordinates),
          std::exchange(task_.input, other.input)};
}

void NodeContext::processing_failed(const Node& node) {
  task_.errors.processing_failed(node, task_.input, task_.coordinates,
                                 task_.environment.outputs->sent() != task_.sent_before_input);
}

}  // namespace pawl::internal

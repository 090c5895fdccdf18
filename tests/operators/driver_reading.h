// What tests of operators read off a TopologyDriver.
#pragma once

#include <pawl/engine/metric_names.h>
#include <pawl/model/window.h>
#include <pawl/testing/topology_driver.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pawl::test {

inline std::string text_of(const std::string& text) {
  return text;
}
inline std::string text_of(std::int64_t number) {
  return std::to_string(number);
}
template <class K>
std::string text_of(const Windowed<K>& windowed) {
  return text_of(windowed.key) + "[" + text_of(windowed.window.start.value()) + "," +
         text_of(windowed.window.end.value()) + ")";
}

// Returns: every record that was not read yet, as `key=value@time`.
template <class K, class V>
std::vector<std::string> lines(testing::OutputTopic<K, V>& topic) {
  std::vector<std::string> lines;
  for (const auto& record : topic.read_all()) {
    lines.push_back((record.key.has_value() ? text_of(*record.key) : "null") + "=" +
                    (record.value.has_value() ? text_of(*record.value) : "null") + "@" +
                    text_of(record.timestamp.value()));
  }
  return lines;
}

// Returns: how many records were dropped for a reason.
inline std::uint64_t dropped(const testing::TopologyDriver& driver, const std::string& reason) {
  std::uint64_t count = 0;
  for (const auto& [id, value] : driver.metrics().counters) {
    const auto found = id.labels.find("reason");
    if (id.name == metric_names::kRecordsDropped && found != id.labels.end() &&
        found->second == reason) {
      count += value;
    }
  }
  return count;
}

// Returns: the message with which processing stops.
inline std::string reason_of_stop(const std::function<void()>& act) {
  try {
    act();
  } catch (const ProcessingStopped& stop) {
    return stop.error().message;
  }
  return "it did not stop";
}

}  // namespace pawl::test

#include "vectors/command_processor.h"
#include "vectors/vector_topologies.h"

#include <pawl/statestore/typed/stores.h>

#include <chrono>
#include <cstdint>

namespace pawl::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Plain = stores::Window<std::string, std::string>;
using Times = stores::Window<std::string, std::int64_t>;
using StringRecord = Record<std::string, std::string>;

enum class Keys { shown, hidden };

// Returns: `k@start=v,...` or `start=v,...`
template <class Cursor>
std::string rows_text(Cursor row, Keys keys) {
  std::string text;
  for (; row.valid(); row.next()) {
    text += (text.empty() ? "" : ",") + (keys == Keys::shown ? row.key() + "@" : "") +
            std::to_string(row.start().value()) + "=" + row.value();
  }
  return text;
}

struct TimeRange {
  explicit TimeRange(const std::string& text)
      : from(std::stoll(TextRange(text, "-").from)), to(std::stoll(TextRange(text, "-").to)) {}
  Timestamp from;
  Timestamp to;
};

class WindowCommands final : public CommandProcessor<Plain> {
 public:
  using CommandProcessor::CommandProcessor;
  void process(const StringRecord& record) override {
    const Command command(*record.value);
    if (command.verb == "put") {
      store().put(*record.key, &command.argument, record.timestamp);
    } else if (command.verb == "rm") {
      store().put(*record.key, nullptr, record.timestamp);
    } else {
      answer(record, answer_to(command, *record.key));
    }
  }

 private:
  std::string answer_to(const Command& command, const std::string& key) {
    const Direction direction =
        command.verb.front() == 'b' ? Direction::backward : Direction::forward;
    if (command.verb == "one") {
      return printed(store().get(key, Timestamp(std::stoll(command.argument))));
    }
    if (command.verb == "all" || command.verb == "ball") {
      return rows_text(store().all(direction), Keys::shown);
    }
    if (command.verb == "kr") {
      const Command keys(command.argument);
      const TextRange range(keys.verb, "-");
      const TimeRange times(keys.argument);
      return rows_text(store().fetch_range(&range.from, &range.to, times.from, times.to),
                       Keys::shown);
    }
    const TimeRange times(command.argument);
    if (command.verb == "fa" || command.verb == "bfa") {
      return rows_text(store().fetch_range(nullptr, nullptr, times.from, times.to, direction),
                       Keys::shown);
    }
    return rows_text(store().fetch(key, times.from, times.to, direction), Keys::hidden);
  }
};

Plain window_store() {
  return stores::window<std::string, std::string>("ws", milliseconds(120000), milliseconds(10));
}

Topology operations() {
  return with_store<WindowCommands>(window_store());
}

Topology in_memory() {
  return with_store<WindowCommands>(window_store().in_memory());
}

Topology retain_duplicates() {
  return with_store<WindowCommands>(window_store().retain_duplicates());
}

// De-duplication as it is often written by hand: a repetition extends the time.
class HandMadeDeduplication final : public CommandProcessor<Times> {
 public:
  using CommandProcessor::CommandProcessor;
  void process(const StringRecord& record) override {
    if (record.value == nullptr) {
      context().forward(record);
      return;
    }
    const bool seen =
        store().contains(*record.value, record.timestamp - hours(12), record.timestamp + hours(12));
    const std::int64_t time = record.timestamp.value();
    store().put(*record.value, &time, record.timestamp);
    if (!seen) {
      context().forward(record);
    }
  }
};

Topology dedup_window_store_24h() {
  return with_store<HandMadeDeduplication>(
      stores::window<std::string, std::int64_t>("seen", hours(48), hours(24)));
}

}  // namespace

VectorTopologies window_store_topologies() {
  return {{"window_store_operations", operations},
          {"window_store_in_memory", in_memory},
          {"window_store_retain_duplicates", retain_duplicates},
          {"dedup_window_store_24h", dedup_window_store_24h}};
}

}  // namespace pawl::test

#include "vectors/command_processor.h"
#include "vectors/vector_topologies.h"

#include <pawl/statestore/typed/stores.h>

#include <chrono>

namespace pawl::test {
namespace {

using Sessions = stores::Session<std::string, std::string>;
using StringRecord = Record<std::string, std::string>;

enum class Keys { shown, hidden };

// Returns: `k[start,end]=v,...` or `[start,end]=v,...`
template <class Cursor>
std::string rows_text(Cursor row, Keys keys) {
  std::string text;
  for (; row.valid(); row.next()) {
    text += (text.empty() ? "" : ",") + (keys == Keys::shown ? row.key() : "") + "[" +
            std::to_string(row.window().start.value()) + "," +
            std::to_string(row.window().end.value()) + "]=" + row.value();
  }
  return text;
}

// `from-to`
Window times(const std::string& text) {
  const TextRange range(text, "-");
  return {Timestamp(std::stoll(range.from)), Timestamp(std::stoll(range.to))};
}

class SessionCommands final : public CommandProcessor<Sessions> {
 public:
  using CommandProcessor::CommandProcessor;
  void process(const StringRecord& record) override {
    const Command command(*record.value);
    if (command.verb == "put") {
      const Command put(command.argument);
      store().put(*record.key, times(put.verb), &put.argument);
    } else if (command.verb == "rm") {
      store().remove(*record.key, times(command.argument));
    } else {
      answer(record, answer_to(command, *record.key));
    }
  }

 private:
  std::string answer_to(const Command& command, const std::string& key) {
    if (command.verb == "one") {
      return printed(store().get(key, times(command.argument)));
    }
    if (command.verb == "k") {
      return rows_text(store().fetch(key), Keys::hidden);
    }
    if (command.verb == "kk") {
      const TextRange keys(command.argument, "-");
      return rows_text(store().fetch_range(&keys.from, &keys.to), Keys::shown);
    }
    const Window range = times(command.argument);
    const Direction direction = command.verb == "b" ? Direction::backward : Direction::forward;
    return rows_text(store().find_sessions(key, range.start, range.end, direction), Keys::hidden);
  }
};

Sessions session_store() {
  return stores::session<std::string, std::string>("ss", std::chrono::milliseconds(60000));
}

Topology operations() {
  return with_store<SessionCommands>(session_store());
}

Topology in_memory() {
  return with_store<SessionCommands>(session_store().in_memory());
}

}  // namespace

VectorTopologies session_store_topologies() {
  return {{"session_store_operations", operations}, {"session_store_in_memory", in_memory}};
}

}  // namespace pawl::test

#include "vectors/command_processor.h"
#include "vectors/vector_topologies.h"

#include <pawl/statestore/typed/stores.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace pawl::test {
namespace {

using Plain = stores::KeyValue<std::string, std::string>;
using LongKeys = stores::KeyValue<std::int64_t, std::string>;
using Timestamped = stores::TimestampedKeyValue<std::string, std::string>;
using StringRecord = Record<std::string, std::string>;

// Returns: `k=v,k=v,...`
template <class Cursor>
std::string rows_text(Cursor row) {
  std::string text;
  for (; row.valid(); row.next()) {
    text += (text.empty() ? "" : ",") + printed(row.key()) + "=" + row.value();
  }
  return text;
}

class PlainCommands final : public CommandProcessor<Plain> {
 public:
  using CommandProcessor::CommandProcessor;
  void process(const StringRecord& record) override {
    const Command command(*record.value);
    if (!writes(command, *record.key)) {
      answer(record, answer_to(command, *record.key));
    }
  }

 private:
  bool writes(const Command& command, const std::string& key) {
    if (command.verb == "put") {
      store().put(key, command.argument);
      return true;
    }
    if (command.verb == "putall") {
      store().put(key + "1", command.argument);
      store().erase(key + "2");
      store().put(key + "3", command.argument);
      return true;
    }
    return false;
  }
  std::string answer_to(const Command& command, const std::string& key) {
    if (command.verb == "pia") {
      return "pia=" + printed(store().put_if_absent(key, command.argument));
    }
    if (command.verb == "del") {
      const std::optional<std::string> before = store().get(key);
      store().erase(key);
      return "del=" + printed(before);
    }
    if (command.verb == "get") {
      return printed(store().get(key));
    }
    if (command.verb == "prefix") {
      return rows_text(store().prefix(key));
    }
    if (command.verb == "all" || command.verb == "rall") {
      return rows_text(store().all(direction_of(command)));
    }
    const TextRange range(command.argument, "-");
    return rows_text(store().range(&range.from, &range.to, direction_of(command)));
  }
  static Direction direction_of(const Command& command) {
    return command.verb.front() == 'r' && command.verb != "range" ? Direction::backward
                                                                  : Direction::forward;
  }
};

Topology operations() {
  return with_store<PlainCommands>(stores::key_value<std::string, std::string>("st"));
}

Topology lru_map() {
  return with_store<PlainCommands>(stores::lru_map<std::string, std::string>("st", 3));
}

Topology operations_in_memory() {
  return with_store<PlainCommands>(stores::key_value<std::string, std::string>("st").in_memory());
}

Topology operations_cached() {
  return with_store<PlainCommands>(
      stores::key_value<std::string, std::string>("st").with_caching());
}

class LongKeyCommands final : public CommandProcessor<LongKeys, std::int64_t> {
 public:
  using CommandProcessor::CommandProcessor;
  void process(const Record<std::int64_t, std::string>& record) override {
    const Command command(*record.value);
    if (command.verb == "all") {
      answer(record, rows_text(store().all()));
    } else if (command.verb == "range") {
      const TextRange range(command.argument, "..");
      const std::int64_t from = std::stoll(range.from);
      const std::int64_t to = std::stoll(range.to);
      answer(record, rows_text(store().range(&from, &to)));
    } else {
      store().put(*record.key, *record.value);
    }
  }
};

Topology long_keys_byte_order() {
  return with_store<LongKeyCommands>(stores::key_value<std::int64_t, std::string>("st"));
}

class TimestampedCommands final : public CommandProcessor<Timestamped> {
 public:
  using CommandProcessor::CommandProcessor;
  void process(const StringRecord& record) override {
    using std::chrono::milliseconds;
    if (record.value == nullptr) {
      store().erase(*record.key);
    } else if (*record.value == "get") {
      answer(record, row_text(store().get(*record.key)));
    } else if (*record.value == "pia") {
      (void)store().put_if_absent(*record.key, "pia", record.timestamp - milliseconds(5));
    } else if (*record.value == "del") {
      const auto before = store().get(*record.key);
      store().erase(*record.key);
      answer(record, "del=" + row_text(before));
    } else {
      store().put(*record.key, *record.value, record.timestamp + milliseconds(1000));
    }
  }

 private:
  static std::string row_text(const std::optional<ValueAndTimestamp<std::string>>& row) {
    return row.has_value() ? row->value + "@" + std::to_string(row->timestamp.value()) : "null";
  }
};

Topology timestamped() {
  return with_store<TimestampedCommands>(
      stores::timestamped_key_value<std::string, std::string>("st"));
}

// Keeps records, and sends them all at regular wall-clock times.
class WallClockFlush final : public CommandProcessor<Plain> {
 public:
  using CommandProcessor::CommandProcessor;
  void init(ProcessorContext<std::string, std::string>& context) override {
    CommandProcessor::init(context);
    context.schedule(std::chrono::milliseconds(100), PunctuationType::wall_clock,
                     [this](Timestamp now) { flush(now); });
  }
  void process(const StringRecord& record) override {
    if (record.value == nullptr) {
      store().erase(*record.key);
    } else {
      store().put(*record.key, *record.value);
    }
  }

 private:
  void flush(Timestamp now) {
    for (auto row = store().all(); row.valid(); row.next()) {
      const std::string key = row.key();
      const std::string value = row.value() + "@" + std::to_string(now.value());
      context().forward({&key, &value, now});
      store().erase(key);
    }
  }
};

Topology punctuate_wall_clock() {
  return with_store<WallClockFlush>(stores::key_value<std::string, std::string>("st"));
}

}  // namespace

VectorTopologies key_value_store_topologies() {
  return {{"kv_store_operations", operations},
          {"kv_store_operations_in_memory", operations_in_memory},
          {"kv_store_lru_map", lru_map},
          {kCachedStoreVector, operations_cached},
          {"kv_store_long_keys_byte_order", long_keys_byte_order},
          {"timestamped_kv_store", timestamped},
          {"punctuate_wall_clock", punctuate_wall_clock}};
}

}  // namespace pawl::test

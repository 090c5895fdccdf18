#include "differential/planned_topology.h"

#include "vectors/printed.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace pawl::test {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

using Strings = Stream<std::string, std::string>;
using Branched = std::vector<Strings>;
using Rows = Table<std::string, std::string>;
using WindowRows = Table<Windowed<std::string>, std::string>;
using GlobalRows = GlobalTable<std::string, std::string>;
using Group = GroupedStream<std::string, std::string>;
using TableGroup = GroupedTable<std::string, std::string>;
using Made = std::variant<std::monostate, Strings, Branched, Rows, WindowRows, GlobalRows, Group,
                          TableGroup>;

// The functions of all plans; PlannedTopology.java has the same.
bool keep(const std::string* value) {
  return value == nullptr || !value->ends_with('3');
}
bool keep_row(const std::string& value) {
  return keep(&value);
}
std::optional<std::string> first(const std::string* value) {
  return value == nullptr || value->starts_with('e') ? std::nullopt
                                                     : std::optional(value->substr(0, 1));
}
std::optional<std::string> first_of_row(const std::string& value) {
  return first(&value);
}
std::string marked(const std::string* value) {
  return printed(value) + "'";
}
std::string marked_row(const std::string& value) {
  return value + "'";
}

// Goes on with what comes, and with a record of its own at each of some intervals.
class Ticking final : public Processor<std::string, std::string, std::string, std::string> {
 public:
  explicit Ticking(std::vector<int> ticks) : ticks_(std::move(ticks)) {}
  void init(ProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    for (const int interval : ticks_) {
      context.schedule(milliseconds(interval), PunctuationType::stream_time,
                       [&context, value = "tick" + std::to_string(interval)](Timestamp time) {
                         const std::string key = "d";
                         context.forward({&key, &value, time, &Headers::none()});
                       });
    }
  }
  void process(const Record<std::string, std::string>& record) override {
    context_->forward(record);
  }

 private:
  std::vector<int> ticks_;
  ProcessorContext<std::string, std::string>* context_ = nullptr;
};

class Marking final : public FixedKeyProcessor<std::string, std::string, std::string> {
 public:
  void init(FixedKeyProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
  }
  void process(const FixedKeyRecord<std::string, std::string>& record) override {
    const std::string value = marked(record.value());
    context_->forward(record.with_value(&value));
  }

 private:
  FixedKeyProcessorContext<std::string, std::string>* context_ = nullptr;
};

std::string both(const std::string* left, const std::string* right) {
  return printed(left) + "|" + printed(right);
}
std::string from_left(const std::string& left, const std::string* right) {
  return both(&left, right);
}
std::string inner(const std::string& left, const std::string& right) {
  return both(&left, &right);
}
std::optional<std::string> added(const std::string& all, const std::string* value) {
  return value != nullptr && *value == "d4" ? std::nullopt
                                            : std::optional(all + "+" + printed(value));
}
std::optional<std::string> add(const std::string& /*key*/, const std::string* value,
                               const std::string& all) {
  return added(all, value);
}
std::string joined_up(const std::string& all, const std::string* value) {
  return all + "+" + printed(value);
}
std::string times(const std::string& /*key*/, const std::string* value, const std::string& all) {
  return all + "*" + printed(value);
}
std::string removed(const std::string& all, const std::string& value) {
  return all + "-" + value;
}
std::string subtract(const std::string& /*key*/, const std::string& value, const std::string& all) {
  return removed(all, value);
}
std::string merged(const std::string& /*key*/, const std::string& left, const std::string& right) {
  return left + "/" + right;
}
std::string start() {
  return "a";
}
std::string counted(const std::int64_t& count) {
  return std::to_string(count);
}

milliseconds ms(const Json& step, const char* name) {
  return milliseconds(step.at(name).get<std::int64_t>());
}
std::string text(const Json& step, const char* name) {
  return step.at(name).get<std::string>();
}
bool flag(const Json& step, const char* name) {
  return step.value(name, false);
}

Materialized stored(const Json& step) {
  const Json& store = step.at("store");
  Materialized materialized;
  if (store.contains("versioned")) {
    materialized = Materialized::as_versioned(text(store, "name"), ms(store, "versioned"));
  } else if (store.contains("name")) {
    materialized = Materialized::as(text(store, "name"));
  }
  if (flag(store, "memory")) {
    materialized = std::move(materialized).in_memory();
  }
  if (store.contains("retention")) {
    materialized = std::move(materialized).retention(ms(store, "retention"));
  }
  if (flag(store, "unlogged")) {
    materialized = std::move(materialized).logging_disabled();
  }
  return flag(store, "cached") ? std::move(materialized).caching_enabled()
                               : std::move(materialized).caching_disabled();
}

class PlannedTopology {
 public:
  Topology build(const Json& steps, bool optimize) {
    for (const Json& step : steps) {
      made_.push_back(made_by(step));
    }
    return builder_.build(optimize ? Optimizations::all() : Optimizations::none());
  }

 private:
  template <class T>
  const T& node(const Json& step, const char* name = "in") const {
    return std::get<T>(made_.at(step.at(name).get<std::size_t>()));
  }
  const Strings& stream(const Json& step, const char* name = "in") const {
    return node<Strings>(step, name);
  }

  Made made_by(const Json& step) {
    const std::string op = text(step, "op");
    if (const std::optional<Made> made = source(op, step)) {
      return *made;
    }
    if (const std::optional<Made> made = stateless(op, step)) {
      return *made;
    }
    if (const std::optional<Made> made = grouping(op, step)) {
      return *made;
    }
    if (const std::optional<Made> made = stream_joining(op, step)) {
      return *made;
    }
    if (const std::optional<Made> made = table_verb(op, step)) {
      return *made;
    }
    throw std::runtime_error("unknown step " + step.dump());
  }

  std::optional<Made> source(const std::string& op, const Json& step) {
    if (op == "stream") {
      return Strings(builder_.stream<std::string, std::string>(text(step, "topic")));
    }
    if (op == "table") {
      return builder_.table<std::string, std::string>(
          text(step, "topic"), step.contains("store") ? stored(step) : Materialized());
    }
    if (op == "global_table") {
      return builder_.global_table<std::string, std::string>(text(step, "topic"));
    }
    return std::nullopt;
  }

  std::optional<Made> stateless(const std::string& op, const Json& step) const {
    if (op == "filter") {
      return stream(step).filter(keep);
    }
    if (op == "filter_not") {
      return stream(step).filter_not(keep);
    }
    if (op == "map_values") {
      return Strings(stream(step).map_values(marked));
    }
    if (op == "map") {
      return Strings(stream(step).map([](const std::string* key, const std::string* value) {
        const auto copied = [](const std::string* of) {
          return of == nullptr ? std::nullopt : std::optional(*of);
        };
        return std::pair(value == nullptr ? copied(key) : first(value), copied(value));
      }));
    }
    if (op == "select_key") {
      return Strings(stream(step).select_key(first));
    }
    if (op == "flat_map_values") {
      return Strings(stream(step).flat_map_values([](const std::string* value) {
        std::vector<std::string> values;
        if (value != nullptr) {
          values.push_back(*value);
          if (value->ends_with('2')) {
            values.push_back(*value + "x");
          }
        }
        return values;
      }));
    }
    if (op == "process") {
      return Strings(stream(step).process([ticks = step.at("ticks").get<std::vector<int>>()] {
        return std::make_unique<Ticking>(ticks);
      }));
    }
    if (op == "process_values") {
      return Strings(stream(step).process_values([] { return std::make_unique<Marking>(); }));
    }
    if (op == "peek") {
      return stream(step).peek([](const std::string* /*value*/) {});
    }
    if (op == "merge") {
      return Strings(stream(step).merge(stream(step, "other")));
    }
    if (op == "split") {
      const std::string prefix = text(step, "name");
      auto branches =
          stream(step).split(Named::as(prefix)).branch(keep, "one").default_branch("two");
      return Branched{branches.at(prefix + "one"), branches.at(prefix + "two")};
    }
    if (op == "branch") {
      return node<Branched>(step).at(step.at("which").get<std::size_t>());
    }
    if (op == "repartition") {
      return step.contains("name") ? stream(step).repartition(Repartitioned::as(text(step, "name")))
                                   : stream(step).repartition();
    }
    if (op == "to") {
      stream(step).to(text(step, "topic"));
      return Made();
    }
    return std::nullopt;
  }

  std::optional<Made> grouping(const std::string& op, const Json& step) const {
    if (op == "to_table") {
      return stream(step).to_table(step.contains("store") ? stored(step) : Materialized());
    }
    if (op == "group_by_key") {
      return step.contains("name") ? stream(step).group_by_key(Grouped::as(text(step, "name")))
                                   : stream(step).group_by_key();
    }
    if (op == "group_by") {
      return step.contains("name")
                 ? Group(stream(step).group_by(first, Grouped::as(text(step, "name"))))
                 : Group(stream(step).group_by(first));
    }
    if (op == "aggregate") {
      return aggregate(step);
    }
    if (op == "windowed") {
      return windowed(step);
    }
    if (op == "cogroup") {
      return cogroup(step);
    }
    return std::nullopt;
  }

  Rows aggregate(const Json& step) const {
    const Group& group = node<Group>(step);
    const std::string by = text(step, "by");
    const Materialized materialized = step.contains("store") ? stored(step) : Materialized();
    if (by == "count") {
      return (step.contains("store") ? group.count(materialized) : group.count())
          .map_values(counted);
    }
    return by == "reduce" ? group.reduce(added, materialized)
                          : group.aggregate(start, add, materialized);
  }

  static EmitStrategy emission(const Json& step) {
    return flag(step, "on_close") ? EmitStrategy::on_window_close()
                                  : EmitStrategy::on_window_update();
  }

  static TimeWindows time_windows(const Json& step) {
    return HoppingWindows::of(ms(step, "size"))
        .advance_by(ms(step, "advance"))
        .grace(ms(step, "grace"));
  }
  static SlidingWindows sliding_windows(const Json& step) {
    return SlidingWindows::of_time_difference(ms(step, "size")).grace(ms(step, "grace"));
  }
  static SessionWindows session_windows(const Json& step) {
    return SessionWindows::with_inactivity_gap(ms(step, "size")).grace(ms(step, "grace"));
  }

  WindowRows windowed(const Json& step) const {
    const Group& group = node<Group>(step);
    const std::string windows = text(step, "windows");
    const std::string by = text(step, "by");
    if (windows == "session") {
      const auto sessions = group.windowed_by(session_windows(step)).emit_strategy(emission(step));
      if (by == "count") {
        return sessions.count(stored(step)).map_values(counted);
      }
      return by == "reduce" ? sessions.reduce(joined_up, stored(step))
                            : sessions.aggregate(start, add, merged, stored(step));
    }
    if (windows == "sliding") {
      return aggregated(step, by,
                        group.windowed_by(sliding_windows(step)).emit_strategy(emission(step)));
    }
    if (windows == "unlimited") {
      return aggregated(step, by, group.windowed_by(UnlimitedWindows::of()));
    }
    return aggregated(step, by,
                      group.windowed_by(time_windows(step)).emit_strategy(emission(step)));
  }

  template <class Windows>
  static WindowRows aggregated(const Json& step, const std::string& by, const Windows& windows) {
    if (by == "count") {
      return windows.count(stored(step)).map_values(counted);
    }
    return by == "reduce" ? windows.reduce(added, stored(step))
                          : windows.aggregate(start, add, stored(step));
  }

  Made cogroup(const Json& step) const {
    const auto group = node<Group>(step).cogroup(add).cogroup(node<Group>(step, "other"), times);
    const std::string windows = text(step, "windows");
    if (windows == "none") {
      return Rows(group.aggregate(start, stored(step)));
    }
    if (windows == "session") {
      return WindowRows(
          group.windowed_by(session_windows(step)).aggregate(start, merged, stored(step)));
    }
    if (windows == "sliding") {
      return WindowRows(group.windowed_by(sliding_windows(step)).aggregate(start, stored(step)));
    }
    return WindowRows(group.windowed_by(time_windows(step)).aggregate(start, stored(step)));
  }

  std::optional<Made> stream_joining(const std::string& op, const Json& step) const {
    const bool is_inner = step.value("kind", "") == "inner";
    if (op == "stream_join") {
      return stream_join(step);
    }
    if (op == "table_lookup") {
      auto options = Joined::with(serde::string(), serde::string());
      if (step.contains("name")) {
        options = std::move(options).named(text(step, "name"));
      }
      if (step.contains("grace")) {
        options = std::move(options).grace(ms(step, "grace"));
      }
      const Rows& table = node<Rows>(step, "table");
      return is_inner ? Strings(stream(step).join(table, inner, options))
                      : Strings(stream(step).left_join(table, from_left, options));
    }
    if (op == "global_lookup") {
      const GlobalRows& table = node<GlobalRows>(step, "table");
      return is_inner ? Strings(stream(step).join(table, first, inner))
                      : Strings(stream(step).left_join(table, first, from_left));
    }
    return std::nullopt;
  }

  Strings stream_join(const Json& step) const {
    auto options = StreamJoined::with(serde::string(), serde::string(), serde::string());
    if (step.contains("name")) {
      options = std::move(options).named(text(step, "name"));
    }
    if (step.contains("store_name")) {
      options = std::move(options).store_name(text(step, "store_name"));
    }
    const JoinWindows windows = JoinWindows::of(ms(step, "before"))
                                    .before(ms(step, "before"))
                                    .after(ms(step, "after"))
                                    .grace(ms(step, "grace"));
    const Strings& other = stream(step, "other");
    const std::string kind = text(step, "kind");
    if (kind == "inner") {
      return stream(step).join(other, inner, windows, options);
    }
    return kind == "left" ? Strings(stream(step).left_join(other, both, windows, options))
                          : Strings(stream(step).outer_join(other, both, windows, options));
  }

  std::optional<Made> table_verb(const std::string& op, const Json& step) const {
    if (op == "to_stream") {
      return Strings(node<Rows>(step).to_stream());
    }
    if (op == "windows_to_stream") {
      return Strings(node<WindowRows>(step).to_stream().map(
          [](const Windowed<std::string>* key, const std::string* value) {
            return std::pair(key->key + "@" + std::to_string(key->window.start.value()) + "-" +
                                 std::to_string(key->window.end.value()),
                             value == nullptr ? std::nullopt : std::optional(*value));
          }));
    }
    if (op == "foreign_key_join") {
      return foreign_key_join(step);
    }
    if (op == "table_group_by") {
      return table_group_by(step);
    }
    if (op == "table_aggregate") {
      return table_aggregate(step);
    }
    if (op == "suppress_close") {
      Suppressed suppressed = Suppressed::until_window_closes(Buffer::unbounded());
      return node<WindowRows>(step).suppress(
          step.contains("name") ? std::move(suppressed).named(text(step, "name")) : suppressed);
    }
    const Made& before = made_.at(step.at("in").get<std::size_t>());
    return std::holds_alternative<Rows>(before)
               ? any_table_verb(op, step, std::get<Rows>(before))
               : any_table_verb(op, step, std::get<WindowRows>(before));
  }

  // Verbs of tables with any key.
  template <class K>
  std::optional<Made> any_table_verb(const std::string& op, const Json& step,
                                     const Table<K, std::string>& table) const {
    const bool kept = step.contains("store");
    if (op == "table_filter") {
      return kept ? table.filter(keep_row, stored(step)) : table.filter(keep_row);
    }
    if (op == "table_filter_not") {
      return kept ? table.filter_not(keep_row, stored(step)) : table.filter_not(keep_row);
    }
    if (op == "table_map_values") {
      return kept ? table.map_values(marked_row, stored(step)) : table.map_values(marked_row);
    }
    if (op == "suppress_limit") {
      return step.contains("records_max")
                 ? held_back(step, table,
                             Buffer::max_records(step.at("records_max").get<std::size_t>())
                                 .emit_early_when_full())
                 : held_back(step, table, Buffer::unbounded());
    }
    if (op == "table_join") {
      const auto& other = node<Table<K, std::string>>(step, "other");
      const std::string kind = text(step, "kind");
      if (kind == "inner") {
        return kept ? table.join(other, both, stored(step)) : table.join(other, both);
      }
      if (kind == "left") {
        return kept ? table.left_join(other, both, stored(step)) : table.left_join(other, both);
      }
      return kept ? table.outer_join(other, both, stored(step)) : table.outer_join(other, both);
    }
    return std::nullopt;
  }

  template <class K, class BufferType>
  static Made held_back(const Json& step, const Table<K, std::string>& table,
                        const BufferType& buffer) {
    auto suppressed = Suppressed::until_time_limit(ms(step, "wait"), buffer);
    return table.suppress(step.contains("name") ? std::move(suppressed).named(text(step, "name"))
                                                : suppressed);
  }

  Rows foreign_key_join(const Json& step) const {
    const Rows& left = node<Rows>(step);
    const Rows& right = node<Rows>(step, "other");
    if (text(step, "kind") == "inner") {
      return step.contains("store")
                 ? left.join(right, first_of_row, inner, TableJoinOptions<>(), stored(step))
                 : left.join(right, first_of_row, inner);
    }
    return step.contains("store")
               ? left.left_join(right, first_of_row, from_left, TableJoinOptions<>(), stored(step))
               : left.left_join(right, first_of_row, from_left);
  }

  TableGroup table_group_by(const Json& step) const {
    const auto regrouped = [](const std::string& value) {
      return std::pair(first(&value), value == "c1" ? std::nullopt : std::optional(value));
    };
    return step.contains("name")
               ? node<Rows>(step).group_by(regrouped, Grouped::as(text(step, "name")))
               : node<Rows>(step).group_by(regrouped);
  }

  Rows table_aggregate(const Json& step) const {
    const TableGroup& group = node<TableGroup>(step);
    const std::string by = text(step, "by");
    const Materialized materialized = step.contains("store") ? stored(step) : Materialized();
    if (by == "count") {
      return (step.contains("store") ? group.count(materialized) : group.count())
          .map_values(counted);
    }
    return by == "reduce" ? group.reduce(added, removed, materialized)
                          : group.aggregate(start, add, subtract, materialized);
  }

  StreamBuilder builder_;
  std::vector<Made> made_;
};

}  // namespace

Topology planned_topology(const Json& steps, bool optimize) {
  return PlannedTopology().build(steps, optimize);
}

}  // namespace pawl::test

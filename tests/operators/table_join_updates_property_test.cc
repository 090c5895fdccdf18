// Every result of joins of tables over random input, against models: which update gives a result,
// or deletes one, and with which timestamp. Final rows do not show a result that is sent twice, too
// early, or with another time.
#include "operators/driver_reading.h"
#include "operators/property_case.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using Texts = Table<std::string, std::string>;

struct Update {
  bool left = true;
  std::string key;
  std::optional<std::string> value;
  std::int64_t time = 0;
};

// Left values name a key, and a right row for joins by foreign key; "none" stands for no such row.
std::vector<Update> draw_updates(unsigned seed) {
  Dice dice(seed);
  std::vector<Update> updates;
  const std::int64_t keys = dice.draw(1, 6);
  const std::int64_t disorder = dice.draw(0, 50);
  std::int64_t now = 0;
  for (auto count = dice.draw(30, 120); count > 0; --count) {
    now += dice.draw(0, 5);
    Update update;
    update.left = dice.chance(60);
    update.time = std::max<std::int64_t>(0, now - dice.draw(0, disorder));
    update.key = "k" + std::to_string(dice.draw(1, keys));
    if (!dice.chance(25)) {
      update.value = (dice.chance(10) ? "none" : "k" + std::to_string(dice.draw(1, keys))) + ":" +
                     std::to_string(dice.draw(0, 99));
    }
    updates.push_back(update);
  }
  return updates;
}

std::optional<std::string> right_key_of(const std::string& value) {
  const std::string key = value.substr(0, value.find(':'));
  return key == "none" ? std::nullopt : std::optional(key);
}
std::string either(const std::string* left, const std::string* right) {
  return (left == nullptr ? "-" : *left) + "+" + (right == nullptr ? "-" : *right);
}
std::string left_and_maybe(const std::string& left, const std::string* right) {
  return either(&left, right);
}

struct Row {
  std::string value;
  std::int64_t time = 0;
};
using Rows = std::map<std::string, Row>;
// key, value, timestamp
using Result = std::tuple<std::string, std::optional<std::string>, std::int64_t>;

const Row* find(const Rows& rows, const std::string& key) {
  const auto found = rows.find(key);
  return found == rows.end() ? nullptr : &found->second;
}
void apply(Rows& rows, const Update& update) {
  if (update.value.has_value()) {
    rows[update.key] = {*update.value, update.time};
  } else {
    rows.erase(update.key);
  }
}

enum class Kind { inner, left, outer };

// The rows as they are when an update comes.
struct Tables {
  Rows left;
  Rows right;
};

std::optional<std::string> joined(Kind kind, const Row* left, const Row* right) {
  const bool is_there = kind == Kind::inner  ? left != nullptr && right != nullptr
                        : kind == Kind::left ? left != nullptr
                                             : left != nullptr || right != nullptr;
  return is_there ? std::optional(either(left == nullptr ? nullptr : &left->value,
                                         right == nullptr ? nullptr : &right->value))
                  : std::nullopt;
}

// By key: a result for each update that can change it.
template <Kind kKind>
void results_by_key(Tables& tables, const Update& update, std::vector<Result>& results) {
  Rows& own = update.left ? tables.left : tables.right;
  const Row* const other = find(update.left ? tables.right : tables.left, update.key);
  const bool existed = own.contains(update.key);
  apply(own, update);
  const bool needs_other = kKind == Kind::inner || (kKind == Kind::left && !update.left);
  if (other == nullptr && (needs_other || (!existed && !update.value.has_value()))) {
    return;
  }
  results.emplace_back(update.key,
                       joined(kKind, find(tables.left, update.key), find(tables.right, update.key)),
                       other == nullptr ? update.time : std::max(update.time, other->time));
}

// By foreign key: a result for each update of a left row, and one for each left row that names the
// updated right one.
template <Kind kKind>
void results_by_foreign_key(Tables& tables, const Update& update, std::vector<Result>& results) {
  if (!update.left) {
    apply(tables.right, update);
    for (const auto& [key, row] : tables.left) {
      if (right_key_of(row.value) == update.key) {
        results.emplace_back(key, joined(kKind, &row, find(tables.right, update.key)), update.time);
      }
    }
    return;
  }
  const Row* const old = find(tables.left, update.key);
  if (old == nullptr && !update.value.has_value()) {
    return;
  }
  // Who answers: the right row named now, or, for an inner join's deletion, the former one.
  std::optional<std::string> right_key;
  if (update.value.has_value()) {
    right_key = right_key_of(*update.value);
  }
  std::optional<std::string> answers = right_key;
  if (!answers.has_value() && kKind == Kind::inner && old != nullptr) {
    answers = right_key_of(old->value);
  }
  const Row* const other = answers.has_value() ? find(tables.right, *answers) : nullptr;
  apply(tables.left, update);
  results.emplace_back(
      update.key,
      joined(kKind, find(tables.left, update.key), right_key.has_value() ? other : nullptr),
      other == nullptr ? update.time : std::max(update.time, other->time));
}

struct Join {
  const char* name;
  void (*build)(const Texts& left, const Texts& right);
  void (*model)(Tables& tables, const Update& update, std::vector<Result>& results);
};
void PrintTo(const Join& join, std::ostream* out) {
  *out << join.name;
}

const std::vector<Join>& joins() {
  static const std::vector<Join> kJoins = {
      {"inner",
       [](const Texts& left, const Texts& right) {
         left.join(right, either).to_stream().to("out");
       },
       results_by_key<Kind::inner>},
      {"left",
       [](const Texts& left, const Texts& right) {
         left.left_join(right, left_and_maybe, Materialized::as("kept")).to_stream().to("out");
       },
       results_by_key<Kind::left>},
      {"outer",
       [](const Texts& left, const Texts& right) {
         left.outer_join(right, either).to_stream().to("out");
       },
       results_by_key<Kind::outer>},
      {"foreign_key",
       [](const Texts& left, const Texts& right) {
         left.join(right, right_key_of, either).to_stream().to("out");
       },
       results_by_foreign_key<Kind::inner>},
      {"foreign_key_left",
       [](const Texts& left, const Texts& right) {
         left.left_join(right, right_key_of, left_and_maybe).to_stream().to("out");
       },
       results_by_foreign_key<Kind::left>},
  };
  return kJoins;
}

class TableJoinUpdatesProperty : public ::testing::TestWithParam<std::tuple<Join, CaseStore>> {};

void expect_results_of_model(const Join& tested, CaseStore store, unsigned seed) {
  const std::vector<Update> updates = draw_updates(seed);
  StreamBuilder builder;
  const Texts left_table = builder.table<std::string, std::string>("left");
  tested.build(left_table, builder.table<std::string, std::string>("right"));
  CaseRun run(builder.build(), seed, store, updates.size(), CaseSources::several);
  auto left = run.driver().input<std::string, std::string>("left");
  auto right = run.driver().input<std::string, std::string>("right");
  Tables tables;
  std::vector<Result> expected;

  for (const Update& update : updates) {
    (update.left ? left : right).pipe({update.key, update.value, Timestamp(update.time), {}});
    run.after_input();
    tested.model(tables, update, expected);
  }
  run.finish();

  std::vector<Result> results;
  auto out = run.driver().output<std::string, std::string>("out");
  for (const auto& record : out.read_all()) {
    results.emplace_back(*record.key, record.value, record.timestamp.value());
  }
  EXPECT_EQ(results, expected);
}

TEST_P(TableJoinUpdatesProperty, AreThoseOfTheModel) {
  const auto& [tested, store] = GetParam();
  for_each_seed(store, [&](unsigned seed) { expect_results_of_model(tested, store, seed); });
}

INSTANTIATE_TEST_SUITE_P(
    Stores, TableJoinUpdatesProperty,
    ::testing::Combine(::testing::ValuesIn(joins()), ::testing::ValuesIn(kCaseStores)),
    [](const ::testing::TestParamInfo<std::tuple<Join, CaseStore>>& test) {
      return std::get<0>(test.param).name +
             std::string(std::get<1>(test.param) == CaseStore::memory ? "_memory" : "_rocksdb");
    });

}  // namespace
}  // namespace pawl::test

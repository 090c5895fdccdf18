// Table::queryable_store_name: which tables can be asked for by the name of a store.
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::Eq;
using ::testing::Optional;

using Name = std::optional<std::string>;
using Strings = Table<std::string, std::string>;

// The name in the plan that is built, too.
Name stored(StreamBuilder& builder, const Name& name) {
  const Topology topology = builder.build();
  for (const StoreSpec& store : topology.stores()) {
    if (name == store.name) {
      return name;
    }
  }
  return "not in the topology: " + name.value_or("none");
}

class Append final : public TableValueProcessor<std::string, std::string, std::string> {
 public:
  std::optional<std::string> transform(const std::string& /*key*/,
                                       const std::string* value) override {
    return value == nullptr ? std::nullopt : std::optional(*value + ".");
  }
};

TEST(QueryableStoreName, IsTheNameThatWasGiven) {
  StreamBuilder builder;
  const Strings table = builder.table<std::string, std::string>("t", Materialized::as("rows"));
  EXPECT_EQ(stored(builder, table.queryable_store_name()), "rows");

  const auto stream = builder.stream<std::string, std::string>("in");
  const auto key = [](const std::string& value) { return value; };
  const auto longer = [](const std::string& left, const std::string& right) {
    return left + right;
  };
  const auto some = [](const std::string& value) { return !value.empty(); };
  EXPECT_EQ(stream.to_table(Materialized::as("of-stream")).queryable_store_name(), "of-stream");
  EXPECT_EQ(table.filter(some, Materialized::as("filtered")).queryable_store_name(), "filtered");
  EXPECT_EQ(table.map_values(key, Materialized::as("mapped")).queryable_store_name(), "mapped");
  EXPECT_EQ(table
                .transform_values([] { return std::make_unique<Append>(); },
                                  Materialized::as("transformed"))
                .queryable_store_name(),
            "transformed");
  EXPECT_EQ(table.join(table, longer, Materialized::as("joined")).queryable_store_name(), "joined");
  EXPECT_EQ(
      table.join(table, key, longer, TableJoined::as("fk"), Materialized::as("by-foreign-key"))
          .queryable_store_name(),
      "by-foreign-key");
  EXPECT_EQ(
      table.group_by([](const std::string& k, const std::string& v) { return std::pair(v, k); })
          .count(Materialized::as("groups"))
          .queryable_store_name(),
      "groups");
  const auto grouped = stream.group_by_key();
  EXPECT_EQ(grouped.count(Materialized::as("counts")).queryable_store_name(), "counts");
  EXPECT_EQ(grouped.windowed_by(TumblingWindows::of(milliseconds(5)).no_grace())
                .count(Materialized::as("per-window"))
                .queryable_store_name(),
            "per-window");
  EXPECT_EQ(grouped.windowed_by(SessionWindows::with_inactivity_gap(milliseconds(5)).no_grace())
                .count(Materialized::as("per-session"))
                .queryable_store_name(),
            "per-session");
  const auto append = [](const std::string& /*key*/, const std::string& value, std::string& all) {
    all += value;
  };
  const auto cogrouped = grouped.cogroup<std::string>(append);
  const auto none = [] { return std::string(); };
  EXPECT_EQ(cogrouped.aggregate(none, Materialized::as("cogroup")).queryable_store_name(),
            "cogroup");
  EXPECT_EQ(cogrouped.windowed_by(TumblingWindows::of(milliseconds(5)).no_grace())
                .aggregate(none, Materialized::as("cogroup-per-window"))
                .queryable_store_name(),
            "cogroup-per-window");
}

TEST(QueryableStoreName, IsAbsentWhereNoneWasGivenThoughThereIsAStore) {
  StreamBuilder builder;
  const Strings table = builder.table<std::string, std::string>("t");
  const auto some = [](const std::string& value) { return !value.empty(); };
  const auto key = [](const std::string& value) { return value; };
  const auto longer = [](const std::string& left, const std::string& right) {
    return left + right;
  };
  const auto stream = builder.stream<std::string, std::string>("in");

  EXPECT_EQ(table.queryable_store_name(), std::nullopt);
  EXPECT_EQ(table.filter(some).queryable_store_name(), std::nullopt);
  EXPECT_EQ(table.filter(some, Materialized()).queryable_store_name(), std::nullopt);
  EXPECT_EQ(stream.to_table().queryable_store_name(), std::nullopt);
  EXPECT_EQ(stream.group_by_key().count().queryable_store_name(), std::nullopt);
  EXPECT_EQ(table.join(table, longer).queryable_store_name(), std::nullopt);
  EXPECT_EQ(table.join(table, key, longer).queryable_store_name(), std::nullopt);
  EXPECT_EQ(
      table.join(table, key, longer, TableJoined::as("fk"), Materialized()).queryable_store_name(),
      std::nullopt)
      << "Kafka Streams names a store that is not there";
}

// What comes behind a table with a store has none of its own.
TEST(QueryableStoreName, IsNotThatOfTheTableBefore) {
  StreamBuilder builder;
  const auto counts = builder.stream<std::string, std::string>("in")
                          .group_by_key()
                          .windowed_by(TumblingWindows::of(milliseconds(5)).grace(milliseconds(1)))
                          .count(Materialized::as("counts"));

  EXPECT_EQ(counts.filter([](std::int64_t) { return true; }).queryable_store_name(), std::nullopt);
  EXPECT_EQ(
      counts.suppress(Suppressed::until_window_closes(Buffer::unbounded())).queryable_store_name(),
      std::nullopt);
}

// Joins by key keep their results where Materialized asks, also without a name.
TEST(QueryableStoreName, IsGeneratedForAJoinWithMaterialized) {
  StreamBuilder builder;
  const Strings table = builder.table<std::string, std::string>("t");
  const Name name =
      table
          .join(
              table, [](const std::string& left, const std::string& right) { return left + right; },
              Materialized())
          .queryable_store_name();

  EXPECT_THAT(name, Optional(Eq("KTABLE-MERGE-STATE-STORE-0000000003")));
  EXPECT_EQ(stored(builder, name), name);
}

}  // namespace
}  // namespace pawl::test

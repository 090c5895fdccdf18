// filter, map_values, transform_values, to_stream and to_table of tables.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace pawl::test {
namespace {

using testing::DriverCommit;
using testing::DriverOptions;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TopologyDriver;

using StringTable = Table<std::string, std::string>;

bool short_text(const std::string& value) {
  return value.size() <= 2;
}

struct Driven {
  explicit Driven(const Topology& topology, DriverOptions options = {})
      : driver(topology, std::move(options)),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  void pipe(const char* key, const char* value, std::int64_t time) {
    in.pipe(key, value, Timestamp(time));
  }
  void remove(const char* key, std::int64_t time) {
    in.pipe({key, std::nullopt, Timestamp(time), {}});
  }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(TableFilter, DeletesARowThatNoLongerFits) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", Materialized::as("all"))
      .filter(short_text)
      .to_stream()
      .to("out");
  Driven test(builder.build());

  test.pipe("a", "x", 1);
  test.pipe("a", "long", 2);
  test.pipe("a", "longer", 3);  // was outside and is outside
  test.pipe("b", "long", 4);
  test.remove("b", 5);

  EXPECT_THAT(test.read(), ElementsAre("a=x@1", "a=null@2"));
}

TEST(TableFilter, DoesNotKnowWhatWasOutsideWithoutOldValues) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in").filter(short_text).to_stream().to("out");
  Driven test(builder.build());

  test.pipe("b", "long", 4);

  EXPECT_THAT(test.read(), ElementsAre("b=null@4"));
}

TEST(Table, CanBeConsumedUnderANameWithItsDefaultSerdes) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in", {}, Consumed<std::string, std::string>::as("rows"))
      .to_stream()
      .to("out");
  builder.global_table<std::string, std::string>(
      "global", {}, Consumed<std::string, std::string>::as("all-rows"));

  const std::string description = builder.build().describe();

  EXPECT_THAT(description, HasSubstr("Source: rows-source (topics: [in])"));
  EXPECT_THAT(description, HasSubstr("Source: all-rows-source (topics: [global])"));
}

TEST(TableFilterNot, KeepsItsRowsInAStoreThatOutlivesARestart) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .filter_not(short_text, Materialized::as("long"))
      .to_stream()
      .to("out");
  Driven test(builder.build());
  test.pipe("a", "x", 1);
  test.pipe("b", "long", 2);

  test.driver.restart(TopologyDriver::State::lost);

  auto store = test.driver.store(stores::timestamped_key_value<std::string, std::string>("long"));
  EXPECT_FALSE(store.get("a").has_value());
  EXPECT_EQ(store.get("b")->value, "long");
  EXPECT_EQ(store.get("b")->timestamp, Timestamp(2));
}

TEST(TableMapValues, IsNotShownDeletions) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .map_values([](const std::string& key, const std::string& value) { return key + value; })
      .to_stream()
      .to("out");
  Driven test(builder.build());

  test.pipe("a", "x", 1);
  test.remove("a", 2);

  EXPECT_THAT(test.read(), ElementsAre("a=ax@1", "a=null@2"));
}

TEST(TableMapValues, ThatReturnsNothingDeletesTheRow) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .map_values([](const std::string& value) {
        return value == "x" ? std::nullopt : std::optional(value);
      })
      .to_stream()
      .to("out");
  Driven test(builder.build());

  test.pipe("a", "y", 1);
  test.pipe("a", "x", 2);

  EXPECT_THAT(test.read(), ElementsAre("a=y@1", "a=null@2"));
}

// What a topology with a type of its own would do.
TEST(TableMapValues, CarriesTheSerdeItWasGiven) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .map_values([](const std::string& value) { return static_cast<std::int64_t>(value.size()); },
                  Materialized::as("sizes"), Named::as("size"), serde::int64())
      .to_stream()
      .to("sizes-out");
  TopologyDriver driver(builder.build());
  auto in = driver.input<std::string, std::string>("in");
  auto out = driver.output<std::string, std::int64_t>("sizes-out");

  in.pipe("a", "four", Timestamp(1));

  EXPECT_THAT(lines(out), ElementsAre("a=4@1"));
  EXPECT_EQ(driver.store(stores::timestamped_key_value<std::string, std::int64_t>("sizes"))
                .get("a")
                ->value,
            4);
}

// Numbers the changes of each key.
class Numbered final : public TableValueProcessor<std::string, std::string> {
 public:
  static stores::KeyValue<std::string, std::int64_t> numbers() {
    return stores::key_value<std::string, std::int64_t>("numbers");
  }
  void init(TableValueContext& context) override { store_.emplace(context.store(numbers())); }
  std::optional<std::string> transform(const std::string& key, const std::string* value) override {
    if (value == nullptr) {
      return std::nullopt;
    }
    const std::int64_t number = store_->get(key).value_or(0) + 1;
    store_->put(key, number);
    return *value + std::to_string(number);
  }

 private:
  std::optional<TypedKeyValueStore<std::string, std::int64_t>> store_;
};

TEST(TableTransformValues, HasStoresThatOutliveARestart) {
  StreamBuilder builder;
  builder.add_store(Numbered::numbers());
  builder.table<std::string, std::string>("in")
      .transform_values([] { return std::make_unique<Numbered>(); }, {"numbers"})
      .to_stream()
      .to("out");
  Driven test(builder.build());
  test.pipe("a", "x", 1);
  test.pipe("a", "y", 2);

  test.driver.restart(TopologyDriver::State::lost);
  test.pipe("a", "z", 3);
  test.remove("a", 4);

  EXPECT_THAT(test.read(), ElementsAre("a=x1@1", "a=y2@2", "a=z3@3", "a=null@4"));
}

// Says when the value it is shown was written.
class Dated final : public TableValueProcessor<std::string, std::string> {
 public:
  void init(TableValueContext& context) override { context_ = &context; }
  std::optional<std::string> transform(const std::string& /*key*/,
                                       const std::string* value) override {
    if (value == nullptr) {
      return "never";
    }
    return *value + " of " + std::to_string(context_->timestamp().value()) + " from '" +
           std::string(context_->coordinates().topic) + "'";
  }

 private:
  TableValueContext* context_ = nullptr;
};

TEST(TableTransformValues, OfALookedUpValueKnowsOnlyItsTimestamp) {
  StreamBuilder builder;
  const auto dated = builder.table<std::string, std::string>("t").transform_values(
      [] { return std::make_unique<Dated>(); });
  builder.stream<std::string, std::string>("in")
      .join(dated, [](const std::string&, const std::string& right) { return right; })
      .to("out");
  Driven test(builder.build());
  auto table = test.driver.input<std::string, std::string>("t");
  table.pipe("a", "x", Timestamp(5));

  test.pipe("a", "?", 9);
  test.pipe("b", "?", 9);

  EXPECT_THAT(test.read(), ElementsAre("a=x of 5 from ''@9", "b=never@9"));
}

TEST(TableToStream, WithASelectorShowsItDeletions) {
  StreamBuilder builder;
  builder.table<std::string, std::string>("in")
      .to_stream([](const std::string* key, const std::string* value) {
        return value == nullptr ? *key + "-gone" : *value;
      })
      .to("out");
  Driven test(builder.build());

  test.pipe("a", "x", 1);
  test.remove("a", 2);

  EXPECT_THAT(test.read(), ElementsAre("x=x@1", "a-gone=null@2"));
}

TEST(StreamToTable, DropsRecordsWithoutAKeyAndCountsThem) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .to_table(Materialized::as("rows"))
      .to_stream()
      .to("out");
  Driven test(builder.build());

  test.in.pipe({std::nullopt, "x", Timestamp(1), {}});
  test.pipe("a", "x", 2);
  test.remove("a", 3);

  EXPECT_THAT(test.read(), ElementsAre("a=x@2", "a=null@3"));
  EXPECT_EQ(dropped(test.driver, "null_key"), 1U);
}

TEST(StreamToTable, KeepsNothingThatNobodyAsksFor) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to_table().to_stream().to("out");

  EXPECT_THAT(builder.build().stores(), IsEmpty());
}

TEST(TableWithoutASerde, IsToldWhenItsValuesMustBeKept) {
  struct Opaque {
    int number = 0;
  };
  StreamBuilder builder;
  const auto opaque = builder.table<std::string, std::string>("in").map_values(
      [](const std::string&) { return Opaque{}; });

  EXPECT_THROW((void)opaque.suppress(
                   Suppressed::until_time_limit(std::chrono::milliseconds(1), Buffer::unbounded())),
               TopologyError);
}

}  // namespace
}  // namespace pawl::test

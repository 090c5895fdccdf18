// Global and versioned stores on a real broker.
#include "support/kafka.h"
#include "support/running_application.h"
#include "support/uncompacted.h"

#include <pawl/engine/application.h>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class StoresTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::string> results() const {
    std::vector<std::string> found;
    for (const StoredRecord& record : kafka_.read(out_)) {
      found.push_back(*record.key + "=" + *record.value);
    }
    return found;
  }
  bool wait_for_results(std::size_t count) const {
    return eventually([&] { return results().size() >= count; });
  }
  Settings settings(const std::string& instance) {
    Settings result = quick_settings(kafka_, application_);
    result.state_dir = directory_.path() / instance;
    return result;
  }

  Kafka kafka_;
  std::string application_ = unique_name("stores");
  std::string table_ = application_ + ".table";
  std::string in_ = application_ + ".in";
  std::string out_ = application_ + ".out";
  TemporaryDirectory directory_;
};

class GlobalTableTest : public StoresTest, public ::testing::WithParamInterface<Persistence> {
 protected:
  // Flights with the names of their airports.
  [[nodiscard]] Topology topology() const {
    StreamBuilder builder;
    Materialized names = Materialized::as("names");
    if (GetParam() == Persistence::in_memory) {
      names = std::move(names).in_memory();
    }
    const auto airports = builder.global_table<std::string, std::string>(table_, names);
    builder.stream<std::string, std::string>(in_)
        .left_join(
            airports, [](const std::string& airport) { return airport; },
            [](const std::string& airport, const std::string* name) {
              return name == nullptr ? airport + "?" : *name;
            })
        .to(out_);
    return builder.build();
  }
  void create_topics() const {
    kafka_.create_topic(table_, 3);
    kafka_.create_topic(in_, 2);
    kafka_.create_topic(out_, 2);
  }
  // Returns: the name that an instance has for an airport now.
  static std::optional<std::string> name_of(Application& app, const std::string& airport) {
    const auto found = app.key_value_store<std::string, std::string>("names").get(airport);
    return found.has_value() && found->has_value() ? std::optional((*found)->value) : std::nullopt;
  }
};

INSTANTIATE_TEST_SUITE_P(, GlobalTableTest,
                         ::testing::Values(Persistence::in_memory, Persistence::persistent),
                         [](const auto& test) {
                           return test.param == Persistence::in_memory ? "InMemory" : "OnDisk";
                         });

TEST_P(GlobalTableTest, IsLoadedBeforeTheFirstRecordIsJoined) {
  create_topics();
  std::vector<StoredRecord> airports;
  for (int number = 0; number < 1000; ++number) {
    airports.push_back(
        to_send("A" + std::to_string(number), "Airport " + std::to_string(number), 1));
  }
  kafka_.produce(table_, airports);
  kafka_.produce(in_, {to_send("1", "A999", 10), to_send("2", "A0", 10), to_send("3", "B", 10)});

  RunningApplication app(topology(), settings("one"));

  ASSERT_TRUE(wait_for_results(3)) << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  EXPECT_THAT(results(), UnorderedElementsAre("1=Airport 999", "2=Airport 0", "3=B?"));
}

TEST_P(GlobalTableTest, IsCompleteInEveryInstanceAndFollowsItsTopic) {
  create_topics();
  kafka_.produce(table_, {to_send("FRA", "Frankfurt", 1), to_send("MUC", "Munich", 1)});
  RunningApplication first(topology(), settings("one"));
  RunningApplication second(topology(), settings("two"));
  for (RunningApplication* app : {&first, &second}) {
    ASSERT_TRUE(eventually([&] { return name_of(**app, "MUC") == "Munich"; })) << app->log_text();
    EXPECT_EQ(name_of(**app, "FRA"), "Frankfurt");
  }

  StoredRecord deleted = to_send("MUC", "", 2);
  deleted.value.reset();
  kafka_.produce(table_, {to_send("FRA", "Rhein-Main", 2), deleted});

  for (RunningApplication* app : {&first, &second}) {
    EXPECT_TRUE(eventually([&] {
      return name_of(**app, "FRA") == "Rhein-Main" && !name_of(**app, "MUC").has_value();
    })) << app->log_text();
  }
  kafka_.produce(in_, {to_send("1", "FRA", 10), to_send("2", "MUC", 10)});
  ASSERT_TRUE(wait_for_results(2)) << first.log_text() << second.log_text();
  EXPECT_EQ(first.stop(), 0) << first.log_text();
  EXPECT_EQ(second.stop(), 0) << second.log_text();
  EXPECT_THAT(results(), UnorderedElementsAre("1=Rhein-Main", "2=MUC?"));
}

TEST_P(GlobalTableTest, DoesNotBringBackWhatWasDeletedWhileItWasDown) {
  create_topics();
  kafka_.produce(table_, {to_send("MUC", "Munich", 1)});
  {
    RunningApplication app(topology(), settings("one"));
    ASSERT_TRUE(eventually([&] { return name_of(*app, "MUC") == "Munich"; })) << app.log_text();
    EXPECT_EQ(app.stop(), 0);
  }
  StoredRecord deleted = to_send("MUC", "", 2);
  deleted.value.reset();
  kafka_.produce(table_, {deleted});
  kafka_.produce(in_, {to_send("1", "MUC", 10)});

  RunningApplication app(topology(), settings("one"));

  ASSERT_TRUE(wait_for_results(1)) << app.log_text();
  EXPECT_EQ(app.stop(), 0);
  EXPECT_THAT(results(), ElementsAre("1=MUC?"));
}

// Orders with the price at their time, when table updates of that time are no longer expected.
class VersionedTableTest : public StoresTest {
 protected:
  [[nodiscard]] Topology topology() const {
    StreamBuilder builder;
    const auto prices = builder.table<std::string, std::string>(
        table_,
        Materialized::as_versioned("prices", milliseconds(10'000)).changelog_config(uncompacted()));
    builder.stream<std::string, std::string>(in_)
        .join(
            prices,
            [](const std::string& order, const std::string& price) { return order + price; },
            Joined::as("priced").grace(milliseconds(100)))
        .to(out_);
    return builder.build();
  }
};

TEST_F(VersionedTableTest, KeepsItsHistoryAndTheWaitingRecordsWithoutItsDirectory) {
  kafka_.create_topic(table_, 1);
  kafka_.create_topic(in_, 1);
  kafka_.create_topic(out_, 1);
  {
    RunningApplication app(topology(), settings("one"));
    kafka_.produce(table_, {to_send("tea", "3", 1'000), to_send("tea", "4", 2'000)});
    kafka_.produce(in_, {to_send("tea", "a", 1'500)});
    ASSERT_TRUE(eventually([&] {
      return kafka_.caught_up(application_, in_) && kafka_.caught_up(application_, table_);
    })) << app.log_text();
    const auto prices = app->versioned_store<std::string, std::string>("prices");
    // The broker knows of a commit before the store shows it.
    EXPECT_TRUE(eventually([&] {
      const auto latest = prices.get("tea").value();
      return latest.has_value() && latest->value == "4";
    })) << app.log_text();
    ASSERT_TRUE(prices.get("tea", Timestamp(1'500)).value().has_value());
    EXPECT_EQ(prices.get("tea", Timestamp(1'500)).value()->value, "3");
    EXPECT_EQ(app.stop(), 0) << app.log_text();
  }
  std::filesystem::remove_all(directory_.path() / "one");

  RunningApplication app(topology(), settings("one"));
  kafka_.produce(in_, {to_send("tea", "b", 2'500), to_send("tea", "c", 9'000)});

  ASSERT_TRUE(wait_for_results(2)) << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  EXPECT_THAT(results(), ElementsAre("tea=a3", "tea=b4"));
}

}  // namespace
}  // namespace pawl::test

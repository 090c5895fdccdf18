// The verbs that keep no state, where the recordings of Kafka Streams do not look: what a user's
// function sees, and what is counted.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <ranges>
#include <utility>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using testing::TopologyDriver;

struct Strings {
  explicit Strings(const StreamBuilder& builder)
      : driver(builder.build()),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  void pipe(const char* key, const char* value, std::int64_t time) {
    in.pipe(key, value, Timestamp(time));
  }
  std::vector<std::string> read(const char* topic) {
    auto output = driver.output<std::string, std::string>(topic);
    return lines(output);
  }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(Peek, SeesEveryRecordBeforeItGoesOnUnchanged) {
  std::vector<std::string> seen;
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .peek([&seen](const std::string* key, const std::string* value) {
        seen.push_back((key == nullptr ? "null" : *key) + "=" +
                       (value == nullptr ? "null" : *value));
      })
      .map_values([&seen](const std::string* value) {
        seen.emplace_back("behind");
        return value == nullptr ? std::nullopt : std::optional(*value);
      })
      .to("out");
  Strings test(builder);

  test.in.pipe("a", "1", Timestamp(5), {{"h", "x"}});
  test.in.pipe({std::nullopt, std::nullopt, Timestamp(6), {}});

  EXPECT_THAT(seen, ElementsAre("a=1", "behind", "null=null", "behind"));
  const auto first = test.out.read();
  EXPECT_EQ(first->headers, (Headers{{"h", "x"}}));
  EXPECT_EQ(first->timestamp, Timestamp(5));
  EXPECT_EQ(lines(test.out), std::vector<std::string>{"null=null@6"});
}

TEST(FlatMap, GivesItsPairsInOrderWithTimeAndHeadersOfTheRecord) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .flat_map([](const std::string& key, const std::string& value) {
        std::vector<std::pair<std::string, std::string>> letters;
        for (const char letter : value) {
          letters.emplace_back(key + letter, std::string(1, letter));
        }
        return letters;
      })
      .to("out");
  Strings test(builder);

  test.in.pipe("k", "ba", Timestamp(5), {{"h", "x"}});
  test.in.pipe("k", "", Timestamp(6));

  EXPECT_EQ(test.out.read(),
            (testing::TestRecord<std::string, std::string>{"kb", "b", Timestamp(5), {{"h", "x"}}}));
  EXPECT_EQ(test.out.read(),
            (testing::TestRecord<std::string, std::string>{"ka", "a", Timestamp(5), {{"h", "x"}}}));
  EXPECT_TRUE(test.out.empty());
}

TEST(FlatMap, TakesRangesThatAreMadeWhileTheyAreRead) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .flat_map_values([](const std::string& value) {
        return std::views::iota(0, static_cast<int>(value.size())) |
               std::views::filter([](int at) { return at % 2 == 0; }) |
               std::views::transform([value](int at) { return value.substr(0, at); });
      })
      .flat_map([](const std::string& key, const std::string& value) {
        return std::views::single(value) |
               std::views::filter([](const std::string& each) { return !each.empty(); }) |
               std::views::transform(
                   [key](const std::string& each) { return std::pair(key, each + "!"); });
      })
      .to("out");
  Strings test(builder);

  test.pipe("a", "abcde", 5);

  EXPECT_THAT(test.read("out"), ElementsAre("a=ab!@5", "a=abcd!@5"));
}

TEST(Functions, TakeThePartThatMayBeNullByPointer) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .filter([](const std::string& key, const std::string* value) {
        return key == "a" || value != nullptr;
      })
      .to("out");
  builder.stream<std::string, std::string>("keyless")
      .map_values([](const std::string* key, const std::string& value) {
        return (key == nullptr ? "no key: " : *key) + value;
      })
      .to("out");
  Strings test(builder);

  test.in.pipe({"a", std::nullopt, Timestamp(1), {}});
  test.in.pipe({"b", std::nullopt, Timestamp(2), {}});
  test.driver.input<std::string, std::string>("keyless").pipe(
      {std::nullopt, "1", Timestamp(3), {}});

  EXPECT_THAT(test.read("out"), ElementsAre("a=null@1", "null=no key: 1@3"));
}

TEST(Stream, OfTheSameTopicsInAnotherOrderIsOneSource) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>({"in", "more"}).to("out");
  builder.stream<std::string, std::string>({"more", "in"}).to("also");
  Strings test(builder);

  test.pipe("a", "1", 5);

  EXPECT_THAT(test.read("out"), ElementsAre("a=1@5"));
  EXPECT_THAT(test.read("also"), ElementsAre("a=1@5"));
}

TEST(Split, GivesARecordToTheFirstBranchItFitsAndCountsWhatFitsNone) {
  StreamBuilder builder;
  auto branches = builder.stream<std::string, std::string>("in")
                      .split(Named::as("size-"))
                      .branch([](const std::string& value) { return value.size() > 2; }, "large")
                      .branch([](const std::string& value) { return value.size() > 1; })
                      .no_default_branch();
  ASSERT_THAT(branches, ElementsAre(Key("size-2"), Key("size-large")));
  branches.at("size-large").to("large");
  branches.at("size-2").to("medium");
  Strings test(builder);

  test.pipe("a", "123", 1);
  test.pipe("b", "12", 2);
  test.pipe("c", "1", 3);

  EXPECT_THAT(test.read("large"), ElementsAre("a=123@1"));
  EXPECT_THAT(test.read("medium"), ElementsAre("b=12@2"));
  EXPECT_EQ(dropped(test.driver, "unmatched"), 1U);
}

TEST(Split, BranchesCanBeMergedAgain) {
  StreamBuilder builder;
  auto branches = builder.stream<std::string, std::string>("in")
                      .split(Named::as("is-"))
                      .branch([](const std::string& value) { return value == "x"; }, "x")
                      .default_branch("other");
  branches.at("is-x")
      .map_values([](const std::string& value) { return value + "!"; })
      .merge(branches.at("is-other"))
      .to("out");
  Strings test(builder);

  test.pipe("a", "x", 1);
  test.pipe("b", "y", 2);
  test.pipe("c", "x", 3);

  EXPECT_THAT(lines(test.out), ElementsAre("a=x!@1", "b=y@2", "c=x!@3"));
}

TEST(Merge, OfAStreamWhoseKeyChangedNeedsARepartitionTopicForGrouping) {
  StreamBuilder builder;
  const auto kept = builder.stream<std::string, std::string>("in");
  const auto changed = builder.stream<std::string, std::string>("other").select_key(
      [](const std::string& value) { return value; });
  kept.merge(changed).group_by_key().count(Materialized::as("counts"));

  const Topology topology = builder.build();

  ASSERT_EQ(topology.repartition_topics().size(), 1U);
  EXPECT_EQ(topology.repartition_topics().front().name, "counts-repartition");
}

TEST(ChangedKey, NeedsNoRepartitionTopicUntilKeysMustMeet) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .select_key([](const std::string& value) { return value; })
      .filter([](const std::string& value) { return !value.empty(); })
      .to("out");

  EXPECT_THAT(builder.build().repartition_topics(), IsEmpty());
}

TEST(Map, CanChangeBothTypesAndMakeNulls) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .map([](const std::string& key, const std::string& value) {
        return std::pair<std::int64_t, std::optional<std::int64_t>>(
            static_cast<std::int64_t>(key.size()),
            value.empty() ? std::nullopt : std::optional<std::int64_t>(std::stoll(value)));
      })
      .to("numbers");
  Strings test(builder);
  auto numbers = test.driver.output<std::int64_t, std::int64_t>("numbers");

  test.pipe("abc", "7", 1);
  test.pipe("ab", "", 2);

  EXPECT_THAT(lines(numbers), ElementsAre("3=7@1", "2=null@2"));
}

TEST(To, SendsEachRecordToTheTopicThatIsChosenForIt) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to(
      [](const Record<std::string, std::string>& record, const RecordCoordinates& where) {
        return std::string(where.topic) + "-" + *record.key;
      });
  Strings test(builder);

  test.pipe("a", "1", 1);
  test.pipe("b", "2", 2);

  EXPECT_THAT(test.read("in-a"), ElementsAre("a=1@1"));
  EXPECT_THAT(test.read("in-b"), ElementsAre("b=2@2"));
}

// Source: Branched.withConsumer and withFunction.
TEST(Split, GoesOnWithABranchInPlace) {
  using Texts = Stream<std::string, std::string>;
  const auto is = [](const char* wanted) {
    return [wanted](const std::string& value) { return value == wanted; };
  };
  StreamBuilder builder;
  const auto branches =
      builder.stream<std::string, std::string>("in")
          .split(Named::as("by-"))
          .branch(
              is("consumed"), [](const Texts& stream) { stream.to("out"); }, "consumed")
          .branch(
              is("changed"),
              [](const Texts& stream) {
                return stream.map_values([](const std::string& value) { return value + "!"; });
              },
              "changed")
          .default_branch("rest");
  EXPECT_THAT(branches, ElementsAre(Key("by-changed"), Key("by-rest")));
  branches.at("by-changed").to("changed");
  Strings test(builder);

  test.pipe("a", "consumed", 1);
  test.pipe("a", "changed", 2);

  EXPECT_THAT(test.read("out"), ElementsAre("a=consumed@1"));
  EXPECT_THAT(test.read("changed"), ElementsAre("a=changed!@2"));
}

TEST(Merge, OfAStreamWithItselfIsFedOnce) {
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in");
  stream.merge(builder.stream<std::string, std::string>("in")).to("out");
  Strings test(builder);

  test.pipe("a", "1", 5);

  EXPECT_THAT(test.read("out"), ElementsAre("a=1@5"));
}

// As in Kafka Streams, whose tasks and directories have these numbers.
TEST(GroupBy, WithANameAndAggregatedAgainIsNumberedBehindWhatIsBetween) {
  StreamBuilder builder;
  const auto group = builder.stream<std::string, std::string>("in").group_by(
      [](const std::string& value) { return value; }, Grouped::as("group"));
  group.count().to_stream().to("counts");
  builder.stream<std::string, std::string>("between").to("out");
  group.reduce([](const std::string& all, const std::string& value) { return all + value; })
      .to_stream()
      .to("all");

  const Topology topology = builder.build();

  ASSERT_EQ(topology.subtopologies().size(), 3U);
  EXPECT_THAT(topology.subtopologies()[1].source_topics, ElementsAre("between"));
  EXPECT_THAT(topology.subtopologies()[2].repartition_sources, ElementsAre("group-repartition"));
}

}  // namespace
}  // namespace pawl::test

// What patterns match at the start of an application, on scripted clients.
#include "runtime/matched_topics.h"

#include "scripted_broker.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pawl::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MatchedTopicsTest : public ::testing::Test {
 protected:
  MatchedTopicsTest() {
    settings_.application_id = "app";
    settings_.errors.dead_letter_topic = "poison";
  }
  static Topology counts_of(const Topics& topics) {
    StreamBuilder builder;
    builder.stream<std::string, std::string>(topics)
        .group_by([](const std::string& value) { return value; })
        .count(Materialized::as("counts"));
    return builder.build();
  }
  Result<Topology> match(const Topology& topology) {
    return match_topics(topology, settings_, clients_.admin(), milliseconds(1));
  }

  Settings settings_;
  Broker broker_;
  BrokerClients clients_{broker_};
};

TEST_F(MatchedTopicsTest, AreNeitherTheBrokersNorTheApplicationsOwn) {
  broker_.topics = {"__consumer_offsets",
                    "__transaction_state",
                    "__share_group_state",
                    "app-counts-changelog",
                    "app-counts-repartition",
                    "app-tasks-0",
                    "app-former-changelog",
                    "app-fk-subscription-registration-topic",
                    "app-fk-subscription-response-topic",
                    "app-KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-0000000006-topic",
                    "poison",
                    "app-orders",
                    "other-counts-changelog",
                    "orders"};

  const auto matched = match(counts_of(TopicPattern(".*")));

  ASSERT_TRUE(matched.has_value()) << matched.error();
  EXPECT_THAT(matched->nodes().front().topics,
              ElementsAre("app-orders", "orders", "other-counts-changelog"));
}

TEST_F(MatchedTopicsTest, MustBeSomeAndTheErrorSaysWhatToDo) {
  broker_.topics = {"app-counts-changelog"};

  const auto matched = match(counts_of(TopicPattern(".*")));

  ASSERT_FALSE(matched.has_value());
  EXPECT_EQ(matched.error().kind, ErrorKind::fatal);
  EXPECT_THAT(matched.error().message, HasSubstr("matches the pattern '.*'"));
  EXPECT_THAT(matched.error().message, HasSubstr("Create one"));
}

TEST_F(MatchedTopicsTest, AreWaitedForWhileTheBrokerIsAway) {
  broker_.script.fail_next("list_topics", ErrorKind::retriable, "timed out");

  const auto matched = match(counts_of(TopicPattern(".*")));

  ASSERT_FALSE(matched.has_value());
  EXPECT_EQ(matched.error().kind, ErrorKind::retriable);
}

TEST_F(MatchedTopicsTest, AreNotAskedForWithoutAPattern) {
  EXPECT_TRUE(match(counts_of("orders")).has_value());
  EXPECT_EQ(broker_.script.count("list_topics"), 0);
}

}  // namespace
}  // namespace pawl::internal

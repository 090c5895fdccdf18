#include <pawl/engine/settings.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace pawl {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

Settings usable() {
  Settings settings;
  settings.application_id = "app";
  settings.bootstrap_servers = "127.0.0.1:9092";
  return settings;
}

TEST(Settings, AcceptsTheLeastThatIsNeeded) {
  EXPECT_THAT(usable().check(), ElementsAre());
}

TEST(Settings, ListsEveryMistakeAtOnceWithItsRemedy) {
  Settings settings;
  settings.application_id = "not a name";
  settings.threads = 0;
  settings.buffered_records_max = 0;

  EXPECT_THAT(settings.check(),
              UnorderedElementsAre(HasSubstr("application_id 'not a name'"),
                                   AllOf(HasSubstr("bootstrap_servers"), HasSubstr("host:port")),
                                   HasSubstr("threads is 0"), HasSubstr("buffered_records_max")));
}

TEST(Settings, RefusesACommitIntervalThatTheTransactionTimeoutWouldAbort) {
  Settings settings = usable();
  settings.commit_interval = milliseconds(6'000);
  settings.transaction_timeout = milliseconds(10'000);

  EXPECT_THAT(settings.check(), ElementsAre(HasSubstr("transaction_timeout")));
  settings.guarantee = Guarantee::at_least_once;
  EXPECT_THAT(settings.check(), ElementsAre()) << "there is no transaction";
}

TEST(Settings, RefusesADeadLetterPolicyWithoutATopicAndTheOtherWayRound) {
  Settings settings = usable();
  settings.errors.undecodable = OnBadRecord::dead_letter;
  EXPECT_THAT(settings.check(), ElementsAre(HasSubstr("errors.dead_letter_topic is empty")));

  settings.errors.undecodable = OnBadRecord::skip;
  settings.errors.dead_letter_topic = "dlq";
  EXPECT_THAT(settings.check(), ElementsAre(HasSubstr("no error policy is dead_letter")));
}

TEST(Settings, CommitsFasterUnderExactlyOnce) {
  Settings settings = usable();
  EXPECT_EQ(settings.effective_commit_interval(), milliseconds(100));
  settings.guarantee = Guarantee::at_least_once;
  EXPECT_EQ(settings.effective_commit_interval(), milliseconds(30'000));
  settings.commit_interval = milliseconds(7);
  EXPECT_EQ(settings.effective_commit_interval(), milliseconds(7));
}

TEST(Settings, ParsesTexts) {
  const Settings settings = Settings::parse({{"application_id", "orders"},
                                             {"guarantee", "at_least_once"},
                                             {"compatibility", "kafka_streams_4_3"},
                                             {"threads", "4"},
                                             {"max_task_idle", "-1ms"},
                                             {"session_timeout", "24h"},
                                             {"block_cache_bytes_max", "64MiB"},
                                             {"record_cache_bytes_max", "10MiB"},
                                             {"errors.processing", "dead_letter"},
                                             {"errors.dead_letter_topic", "dlq"},
                                             {"errors.invalid_timestamp", "use_partition_time"},
                                             {"kafka.security.protocol", "ssl"}});

  EXPECT_EQ(settings.application_id, "orders");
  EXPECT_EQ(settings.guarantee, Guarantee::at_least_once);
  EXPECT_EQ(settings.compatibility, Compatibility::kafka_streams_4_3);
  EXPECT_EQ(settings.threads, 4);
  EXPECT_EQ(settings.max_task_idle, milliseconds(-1));
  EXPECT_EQ(settings.session_timeout, hours(24));
  EXPECT_EQ(settings.block_cache_bytes_max, 64U << 20U);
  EXPECT_EQ(settings.record_cache_bytes_max, 10U << 20U);
  EXPECT_EQ(settings.errors.processing, OnBadRecord::dead_letter);
  EXPECT_EQ(settings.errors.invalid_timestamp, InvalidTimestamp::use_partition_time);
  EXPECT_EQ(settings.kafka.at("security.protocol"), "ssl");
}

TEST(Settings, ParseNamesEveryUnknownNameAndUnusableValue) {
  try {
    Settings::parse({{"treads", "4"},
                     {"threads", "four"},
                     {"commit_interval", "10 parsecs"},
                     {"guarantee", "exactly_twice"},
                     {"block_cache_bytes_max", "-1"}});
    FAIL() << "nothing was thrown";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.mistakes(),
                UnorderedElementsAre(HasSubstr("'treads' is not a setting"),
                                     HasSubstr("threads = 'four'"), HasSubstr("a duration such as"),
                                     HasSubstr("one of: exactly_once, at_least_once"),
                                     HasSubstr("a size such as")));
    EXPECT_THAT(error.what(), HasSubstr("treads"));
  }
}

}  // namespace
}  // namespace pawl

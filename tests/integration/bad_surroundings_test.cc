// Bad input and bad surroundings: each with the message that names it, and with nothing lost.
#include "support/kafka.h"
#include "support/running_application.h"

#include <pawl/engine/application.h>
#include <pawl/engine/metric_names.h>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;

// in -> out, values are numbers.
class BadSurroundingsTest : public ::testing::Test {
 protected:
  [[nodiscard]] Topology numbers() const {
    StreamBuilder builder;
    builder.stream<std::string, std::int64_t>(in_)
        .map_values([](std::int64_t number) {
          if (number == 13) {
            throw std::runtime_error("thirteen");
          }
          return number;
        })
        .to(out_);
    return builder.build();
  }
  void create_topics() const {
    kafka_.create_topic(in_, 1);
    kafka_.create_topic(out_, 1);
  }
  static StoredRecord number(std::int64_t value, std::int64_t time = 1) {
    return to_send("k", serde::int64().encode(value), time);
  }
  [[nodiscard]] std::vector<std::int64_t> results() const {
    std::vector<std::int64_t> found;
    for (const StoredRecord& record : kafka_.read(out_)) {
      found.push_back(big_endian::load_i64(record.value->data()));
    }
    return found;
  }
  [[nodiscard]] Settings settings() const { return quick_settings(kafka_, application_); }

  Kafka kafka_;
  std::string application_ = unique_name("bad");
  std::string in_ = application_ + ".in";
  std::string out_ = application_ + ".out";
  std::string dead_ = application_ + ".dead";
};

TEST_F(BadSurroundingsTest, AnUndecodableRecordStopsByDefaultAndIsNamed) {
  create_topics();
  RunningApplication app(numbers(), settings());
  kafka_.produce(in_, {number(1), to_send("k", "bad", 1), number(2)});

  EXPECT_THAT(app.failure(),
              AllOf(HasSubstr(in_ + "-0@1"), HasSubstr("8 bytes"), HasSubstr("Remedy")));
  EXPECT_EQ(app->wait(), 1);
}

TEST_F(BadSurroundingsTest, AnUndecodableRecordCanBeSkippedAndIsCounted) {
  create_topics();
  Settings skipping = settings();
  skipping.errors.undecodable = OnBadRecord::skip;
  RunningApplication app(numbers(), skipping);
  kafka_.produce(in_, {number(1), to_send("k", "bad", 1), number(2)});

  ASSERT_TRUE(eventually([&] { return results().size() == 2; })) << app.log_text();
  EXPECT_EQ(app.stop(), 0);
  EXPECT_EQ(app->metrics().total(metric_names::kRecordsDropped), 1U);
  EXPECT_TRUE(kafka_.caught_up(application_, in_));
}

TEST_F(BadSurroundingsTest, DeadLettersAreSentInTheSameTransaction) {
  create_topics();
  kafka_.create_topic(dead_, 1);
  Settings lettering = settings();
  lettering.errors.undecodable = OnBadRecord::dead_letter;
  lettering.errors.processing = OnBadRecord::dead_letter;
  lettering.errors.dead_letter_topic = dead_;
  RunningApplication app(numbers(), lettering);
  kafka_.produce(in_, {number(1), to_send("k", "bad", 7), number(13), number(2)});

  ASSERT_TRUE(eventually([&] { return results().size() == 2 && kafka_.read(dead_).size() == 2; }))
      << app.log_text();
  EXPECT_EQ(app.stop(), 0);
  const std::vector<StoredRecord> letters = kafka_.read(dead_);
  EXPECT_EQ(letters[0].value, "bad");
  EXPECT_EQ(letters[0].timestamp, Timestamp(7));
  EXPECT_EQ(letters[0].headers.last("__streams.errors.topic")->value, in_);
  EXPECT_EQ(letters[0].headers.last("__streams.errors.offset")->value, "1");
  EXPECT_EQ(letters[1].headers.last("__streams.errors.message")->value, "thirteen");
}

TEST_F(BadSurroundingsTest, AnExceptionInAUserFunctionIsNamed) {
  create_topics();
  RunningApplication app(numbers(), settings());
  kafka_.produce(in_, {number(13)});

  EXPECT_THAT(app.failure(), AllOf(HasSubstr("KSTREAM-MAPVALUES-0000000001"),
                                   HasSubstr(in_ + "-0@0"), HasSubstr("thirteen")));
}

TEST_F(BadSurroundingsTest, AMissingSourceTopicIsNamed) {
  RunningApplication app(numbers(), settings());

  EXPECT_THAT(app.failure(), AllOf(HasSubstr(in_), HasSubstr("missing"), HasSubstr("Create it")));
}

TEST_F(BadSurroundingsTest, ATopicThatForgetsWhatATableIsRestoredFromIsWarnedOf) {
  const std::string kept = in_ + "-kept";
  kafka_.create_topic(in_, 1, {{"retention.ms", "3600000"}});
  kafka_.create_topic(kept, 1, {{"cleanup.policy", "compact"}});
  StreamBuilder builder;
  builder.table<std::string, std::string>(in_, Materialized::as("forgetful"));
  builder.table<std::string, std::string>(kept, Materialized::as("whole"));
  RunningApplication app(builder.build(Optimizations::all()), settings());

  ASSERT_TRUE(eventually([&] { return app->state() == ApplicationState::running; }))
      << app.log_text();
  EXPECT_EQ(app.stop(), 0);
  EXPECT_TRUE(app.log().contains("store 'forgetful' is restored from topic '" + in_ +
                                 "', which has cleanup.policy=delete"))
      << app.log_text();
  EXPECT_FALSE(app.log().contains("store 'whole' is restored from")) << app.log_text();
}

TEST_F(BadSurroundingsTest, JoinedTopicsOfDifferentCountsAreNamed) {
  kafka_.create_topic(in_, 2);
  kafka_.create_topic(out_, 3);
  StreamBuilder builder;
  const auto table = builder.table<std::string, std::string>(out_);
  builder.stream<std::string, std::string>(in_)
      .left_join(table, [](const std::string& left, const std::string*) { return left; })
      .for_each([](const std::string&) {});
  RunningApplication app(builder.build(), settings());

  EXPECT_THAT(app.failure(),
              AllOf(HasSubstr("'" + in_ + "' has 2"), HasSubstr("'" + out_ + "' has 3")));
}

class InternalTopicTest : public BadSurroundingsTest {
 protected:
  [[nodiscard]] Topology counts() const {
    StreamBuilder builder;
    builder.stream<std::string, std::string>(in_).group_by_key().count(Materialized::as("counts"));
    return builder.build();
  }
  std::string changelog_ = application_ + "-counts-changelog";
};

TEST_F(InternalTopicTest, WithAnotherPartitionCountIsRefused) {
  create_topics();
  kafka_.create_topic(changelog_, 3, {{"cleanup.policy", "compact"}});
  RunningApplication app(counts(), settings());

  EXPECT_THAT(app.failure(),
              AllOf(HasSubstr(changelog_), HasSubstr("3 partitions"), HasSubstr("needs 1")));
}

TEST_F(InternalTopicTest, WithAnotherCleanupPolicyIsRefused) {
  create_topics();
  kafka_.create_topic(changelog_, 1, {{"cleanup.policy", "delete"}});
  RunningApplication app(counts(), settings());

  EXPECT_THAT(app.failure(), AllOf(HasSubstr(changelog_), HasSubstr("cleanup.policy=delete"),
                                   HasSubstr("compact")));
}

TEST_F(BadSurroundingsTest, AStateDirectoryInUseIsRefused) {
  create_topics();
  TemporaryDirectory directory;
  Settings first = settings();
  first.state_dir = directory.path();
  RunningApplication app(numbers(), first);
  ASSERT_TRUE(eventually([&] { return app->state() == ApplicationState::running; }));

  RunningApplication second(numbers(), first);

  EXPECT_THAT(second.failure(),
              AllOf(HasSubstr(directory.path().string()), HasSubstr("another process")));
  EXPECT_EQ(app.stop(), 0);
}

TEST_F(BadSurroundingsTest, TwoInstancesOfOneIdAreToldSo) {
  create_topics();
  Settings named = settings();
  named.instance_id = "pod-1";
  RunningApplication first(numbers(), named);
  ASSERT_TRUE(eventually([&] { return first->state() == ApplicationState::running; }));
  kafka_.produce(in_, {number(1)});
  ASSERT_TRUE(eventually([&] { return results().size() == 1; })) << first.log_text();

  RunningApplication second(numbers(), named);

  EXPECT_THAT(first.failure(), HasSubstr("two instances use the same id"));
  EXPECT_EQ(second.stop(), 0) << second.log_text();
}

TEST_F(BadSurroundingsTest, SettingsAreRefusedAllAtOnce) {
  Settings wrong = settings();
  wrong.threads = 0;
  wrong.kafka["enable.auto.commit"] = "true";
  wrong.kafka["no.such.property"] = "1";

  try {
    const Application app(numbers(), wrong);
    FAIL() << "nothing was thrown";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("threads is 0"), HasSubstr("enable.auto.commit"),
                                    HasSubstr("no.such.property")));
  }
}

TEST(BrokerAway, TheStartWaitsAndSaysSoNowAndThen) {
  OwnBroker broker;
  const std::string application = unique_name("away");
  std::string in = application + ".in";
  {
    const Kafka kafka(broker.bootstrap());
    kafka.create_topic(in, 1);
    kafka.create_topic(application + ".out", 1);
  }
  broker.kill();
  Settings settings;
  settings.application_id = application;
  settings.bootstrap_servers = broker.bootstrap();
  StreamBuilder builder;
  builder.stream<std::string, std::string>(in).to(application + ".out");

  RunningApplication app(builder.build(), settings);
  ASSERT_TRUE(eventually([&] { return app.log().contains("waiting to look up"); }))
      << app.log_text();
  broker.start();

  EXPECT_TRUE(eventually([&] { return app->state() == ApplicationState::running; }))
      << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  EXPECT_LT(app.log().lines().size(), 40U) << "messages are rate-limited\n" << app.log_text();
}

TEST(BrokerAway, ABrokerThatIsGoneFor20SecondsCostsNothing) {
  OwnBroker broker;
  const Kafka kafka(broker.bootstrap());
  const std::string application = unique_name("gone");
  const std::string in = application + ".in";
  const std::string out = application + ".out";
  kafka.create_topic(in, 2);
  kafka.create_topic(out, 2);
  StreamBuilder builder;
  builder.stream<std::string, std::string>(in)
      .group_by_key()
      .count(Materialized::as("c"))
      .to_stream()
      .to(out);
  TemporaryDirectory directory;
  Settings settings = quick_settings(kafka, application);
  settings.state_dir = directory.path();
  RunningApplication app(builder.build(), settings);
  const auto send = [&](int count) {
    std::vector<StoredRecord> records;
    for (int record = 0; record < count; ++record) {
      records.push_back(to_send("k" + std::to_string(record % 10), "v", record));
    }
    kafka.produce(in, records);
  };
  send(5'000);
  // The broker dies between two transactions. Kafka 4.3.1 drops the markers of one that it has to
  // end when it starts, because partitions have no leader then (getPartitionLeaderEndpoint calls
  // them deleted): a reader waits for ever, or reads what was aborted, whatever the client does.
  const std::string changelog = application + "-c-changelog";
  const auto readable = [&](const std::string& topic) {
    return kafka.last_stable_offsets(topic) == kafka.ends(topic);
  };
  ASSERT_TRUE(eventually([&] {
    return kafka.caught_up(application, in) && readable(out) && readable(changelog);
  })) << app.log_text();

  broker.kill();
  const auto back = std::chrono::steady_clock::now() + seconds(20);
  eventually([&] { return std::chrono::steady_clock::now() > back; }, seconds(30));
  broker.start();
  send(5'000);

  ASSERT_TRUE(eventually([&] { return kafka.caught_up(application, in); }, seconds(120)))
      << app.log_text() << "\nchangelog readable: " << readable(changelog);
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  std::map<std::string, std::int64_t> last;
  for (const StoredRecord& record : kafka.read(out)) {
    const std::int64_t count = big_endian::load_i64(record.value->data());
    ASSERT_EQ(count, last[*record.key] + 1) << *record.key << "\n" << app.log_text();
    last[*record.key] = count;
  }
  for (const auto& [key, count] : last) {
    EXPECT_EQ(count, 1'000) << key;
  }
}

}  // namespace
}  // namespace pawl::test

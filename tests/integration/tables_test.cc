// Tables on a real broker: what is restored from source topics, and joins between tables of
// different partition counts, over a restart from an empty directory.
#include "support/kafka.h"
#include "support/running_application.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace pawl::test {
namespace {

using ::testing::IsEmpty;

class TablesTest : public ::testing::Test {
 protected:
  void send(const std::string& topic, const std::string& key, std::optional<std::string> value) {
    StoredRecord record = to_send(key, value.value_or(""), 1'000 + sent_++);
    record.value = std::move(value);
    kafka_.produce(topic, {record});
  }
  // Returns: the last value of each key.
  [[nodiscard]] std::map<std::string, std::string> results() const {
    std::map<std::string, std::string> rows;
    for (const StoredRecord& record : kafka_.read(out_)) {
      if (record.value.has_value()) {
        rows[*record.key] = *record.value;
      } else {
        rows.erase(*record.key);
      }
    }
    return rows;
  }
  [[nodiscard]] bool wait_for(const std::map<std::string, std::string>& rows) const {
    return eventually([&] { return results() == rows; });
  }
  Settings settings() {
    Settings result = quick_settings(kafka_, application_);
    result.state_dir = directory_.path();
    return result;
  }
  void lose_directory() { std::filesystem::remove_all(directory_.path() / application_); }

  Kafka kafka_;
  std::string application_ = unique_name("app");
  std::string left_ = application_ + ".left";
  std::string right_ = application_ + ".right";
  std::string out_ = application_ + ".out";
  TemporaryDirectory directory_;
  int sent_ = 0;
};

std::string both(const std::string& left, const std::string& right) {
  return left + "+" + right;
}

TEST_F(TablesTest, AreRestoredFromTheirSourceTopicUpToWhatIsCommitted) {
  kafka_.create_topic(left_, 2);
  kafka_.create_topic(right_, 2, {{"retention.ms", "-1"}, {"cleanup.policy", "compact"}});
  kafka_.create_topic(out_, 2);
  StreamBuilder builder;
  const auto right = builder.table<std::string, std::string>(right_, Materialized::as("rows"));
  builder.stream<std::string, std::string>(left_).join(right, both).to(out_);
  const Topology topology = builder.build(Optimizations::all());
  {
    RunningApplication app(topology, settings());
    send(right_, "a", "a1");
    send(right_, "b", "b1");
    send(right_, "c", "c1");
    send(right_, "c", std::nullopt);
    ASSERT_TRUE(eventually([&] { return kafka_.caught_up(application_, right_); }))
        << app.log_text();
    send(left_, "a", "1");
    ASSERT_TRUE(wait_for({{"a", "1+a1"}})) << app.log_text();
    EXPECT_EQ(app.stop(), 0) << app.log_text();
  }
  lose_directory();
  send(right_, "a", "a2");  // not processed yet, so not to be restored but to be read

  RunningApplication app(topology, settings());
  ASSERT_TRUE(eventually([&] { return kafka_.caught_up(application_, right_); })) << app.log_text();
  send(left_, "a", "2");
  send(left_, "b", "2");
  send(left_, "c", "2");

  EXPECT_TRUE(wait_for({{"a", "2+a2"}, {"b", "2+b1"}})) << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  EXPECT_THAT(kafka_.partitions(application_ + "-rows-changelog"), IsEmpty());
}

TEST_F(TablesTest, AreJoinedByForeignKeyWhateverTheirPartitions) {
  kafka_.create_topic(left_, 2);
  kafka_.create_topic(right_, 3);
  kafka_.create_topic(out_, 2);
  StreamBuilder builder;
  const auto left = builder.table<std::string, std::string>(left_);
  left.join(
          builder.table<std::string, std::string>(right_),
          [](const std::string& value) { return value.substr(0, 1); }, both, TableJoined::as("fk"))
      .to_stream()
      .to(out_);
  const Topology topology = builder.build();
  {
    RunningApplication app(topology, settings());
    send(right_, "x", "X1");
    send(right_, "y", "Y1");
    send(left_, "a", "x1");
    send(left_, "b", "x2");
    send(left_, "c", "y1");
    ASSERT_TRUE(wait_for({{"a", "x1+X1"}, {"b", "x2+X1"}, {"c", "y1+Y1"}})) << app.log_text();
    EXPECT_EQ(app.stop(), 0) << app.log_text();
  }
  lose_directory();

  RunningApplication app(topology, settings());
  send(right_, "x", "X2");
  send(left_, "c", "x3");

  EXPECT_TRUE(wait_for({{"a", "x1+X2"}, {"b", "x2+X2"}, {"c", "x3+X2"}})) << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  EXPECT_EQ(kafka_.partitions(application_ + "-fk-subscription-registration-topic").size(), 3U);
  EXPECT_EQ(kafka_.partitions(application_ + "-fk-subscription-response-topic").size(), 2U);
}

}  // namespace
}  // namespace pawl::test

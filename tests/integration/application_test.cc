// An application on a real broker: what it does when all is well.
#include "support/kafka.h"
#include "support/marks.h"
#include "support/running_application.h"

#include <pawl/engine/application.h>
#include <pawl/engine/metric_names.h>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <string>

namespace pawl::test {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ApplicationTest : public ::testing::Test {
 protected:
  // in (values are words) -> count per word -> out
  [[nodiscard]] Topology word_counts() const {
    StreamBuilder builder;
    builder.stream<std::string, std::string>(in_)
        .group_by([](const std::string& word) { return word; }, Grouped::as("by-word"))
        .count(Materialized::as("counts"))
        .to_stream()
        .to(out_);
    return builder.build();
  }
  void create_topics(std::int32_t partitions = 2) const {
    kafka_.create_topic(in_, partitions);
    kafka_.create_topic(out_, partitions);
  }
  void send(const std::vector<std::string>& words) {
    std::vector<StoredRecord> records;
    for (const std::string& word : words) {
      records.push_back(to_send("key" + std::to_string(sent_), word, 1'000 + sent_));
      ++sent_;
    }
    kafka_.produce(in_, records);
  }
  [[nodiscard]] std::vector<std::pair<std::string, std::int64_t>> results() const {
    std::vector<std::pair<std::string, std::int64_t>> found;
    for (const StoredRecord& record : kafka_.read(out_)) {
      found.emplace_back(*record.key, big_endian::load_i64(record.value->data()));
    }
    return found;
  }
  bool wait_for_results(std::size_t count) const {
    return eventually([&] { return results().size() >= count; });
  }
  Settings settings() {
    Settings result = quick_settings(kafka_, application_);
    result.state_dir = directory_.path();
    return result;
  }

  Kafka kafka_;
  std::string application_ = unique_name("app");
  std::string in_ = application_ + ".in";
  std::string out_ = application_ + ".out";
  TemporaryDirectory directory_;
  int sent_ = 0;
};

TEST_F(ApplicationTest, CountsAcrossARepartitionTopic) {
  create_topics();
  RunningApplication app(word_counts(), settings());

  send({"a", "b", "a", "c", "a"});

  ASSERT_TRUE(wait_for_results(5)) << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
  EXPECT_THAT(results(),
              UnorderedElementsAre(std::pair("a", 1), std::pair("a", 2), std::pair("a", 3),
                                   std::pair("b", 1), std::pair("c", 1)));
}

TEST_F(ApplicationTest, MergesTopicsOfDifferentPartitionCounts) {
  const std::string wide = application_ + ".wide";
  kafka_.create_topic(in_, 1);
  kafka_.create_topic(wide, 3);
  kafka_.create_topic(out_, 1);
  StreamBuilder builder;
  builder.stream<std::string, std::string>(in_)
      .merge(builder.stream<std::string, std::string>(wide))
      .to(out_);
  RunningApplication app(builder.build(), settings());
  std::vector<StoredRecord> records;
  for (std::int32_t partition = 0; partition < 3; ++partition) {
    records.push_back(to_send("k", std::to_string(partition), 1));
    records.back().where = {wide, PartitionId(partition)};
  }

  kafka_.produce(wide, records);
  kafka_.produce(in_, {to_send("k", "in", 1)});

  EXPECT_TRUE(eventually([&] { return kafka_.read(out_).size() == 4; })) << app.log_text();
  EXPECT_EQ(app.stop(), 0) << app.log_text();
}

TEST_F(ApplicationTest, GoesOnAfterARestartWithAndWithoutItsDirectory) {
  create_topics();
  {
    RunningApplication app(word_counts(), settings());
    send({"a", "a"});
    ASSERT_TRUE(wait_for_results(2)) << app.log_text();
    EXPECT_EQ(app.stop(), 0);
  }
  {
    RunningApplication app(word_counts(), settings());
    send({"a"});
    ASSERT_TRUE(wait_for_results(3)) << app.log_text();
    EXPECT_EQ(app.stop(), 0);
    EXPECT_TRUE(app.log().contains("(0 records at most)"))
        << "a clean close leaves nothing to roll forward\n"
        << app.log_text();
  }
  std::filesystem::remove_all(directory_.path() / application_);
  RunningApplication app(word_counts(), settings());
  send({"a"});
  ASSERT_TRUE(wait_for_results(4)) << app.log_text();

  EXPECT_EQ(app.stop(), 0);
  EXPECT_THAT(results(), ElementsAre(std::pair("a", 1), std::pair("a", 2), std::pair("a", 3),
                                     std::pair("a", 4)));
}

TEST_F(ApplicationTest, SharesTasksBetweenInstancesAndThreads) {
  create_topics(4);
  Settings first = settings();
  first.threads = 2;
  RunningApplication one(word_counts(), first);
  ASSERT_TRUE(eventually([&] { return one->state() == ApplicationState::running; }));
  TemporaryDirectory other_directory;
  Settings second = settings();
  second.state_dir = other_directory.path();
  RunningApplication two(word_counts(), second);
  const auto words = [](int number) {
    std::vector<std::string> result;
    for (int word = 0; word < number; ++word) {
      result.push_back("w" + std::to_string(word % 50));
    }
    return result;
  };

  std::size_t sent = 0;
  ASSERT_TRUE(eventually([&] {
    send(words(100));
    sent += 100;
    return two->metrics().total(metric_names::kRecordsProcessed) > 0;
  })) << two.log_text();

  ASSERT_TRUE(wait_for_results(sent)) << one.log_text() << two.log_text();
  EXPECT_EQ(two.stop(Application::Stop::leave), 0);
  send(words(50));
  ASSERT_TRUE(wait_for_results(sent + 50)) << one.log_text();
  EXPECT_EQ(one.stop(), 0);
  std::map<std::string, std::int64_t> last;
  for (const auto& [word, count] : results()) {
    EXPECT_EQ(count, last[word] + 1) << word;
    last[word] = count;
  }
  EXPECT_EQ(results().size(), sent + 50);
}

TEST_F(ApplicationTest, AnswersQueriesOfCommittedStateFromAnyThread) {
  create_topics();
  RunningApplication app(word_counts(), settings());
  send({"a", "b", "a"});
  ASSERT_TRUE(wait_for_results(3)) << app.log_text();
  const auto counts = app->key_value_store<std::string, std::int64_t>("counts");

  ASSERT_TRUE(eventually([&] {
    const auto found = counts.get("a");
    return found.has_value() && found->has_value() && (*found)->value == 2;
  }));
  std::map<std::string, std::int64_t> all;
  ASSERT_TRUE(
      counts
          .range(nullptr, nullptr,
                 [&](const std::string& word, const ValueAndTimestamp<std::int64_t>& count) {
                   all[word] = count.value;
                   return true;
                 })
          .has_value());

  EXPECT_EQ(all, (std::map<std::string, std::int64_t>{{"a", 2}, {"b", 1}}));
  EXPECT_FALSE((*counts.get("z")).has_value());
  EXPECT_THROW(
      (void)app->key_value_store<std::string>("no-such-store", serde::string(), serde::int64()),
      std::invalid_argument);
  EXPECT_EQ(app.stop(), 0);
  EXPECT_EQ(counts.get("a").error().kind, ErrorKind::retriable) << "nothing is open any more";
}

TEST_F(ApplicationTest, TrimsRepartitionTopicsBehindTheCommittedOffsets) {
  create_topics(1);
  Settings trimming = settings();
  trimming.purge_interval = milliseconds(100);
  RunningApplication app(word_counts(), trimming);
  send({"a", "b", "c"});
  ASSERT_TRUE(wait_for_results(3)) << app.log_text();
  const TopicPartition repartition{application_ + "-by-word-repartition", PartitionId(0)};

  EXPECT_TRUE(eventually([&] {
    return kafka_.starts(repartition.topic).at(repartition) >= Offset(3);
  })) << app.log_text();
  EXPECT_EQ(app.stop(), 0);
}

TEST_F(ApplicationTest, OldEventTimesLoseNoOpenWindowToTheBrokersClock) {
  // The broker of the tests looks for expired records every second; these windows are from 2013.
  create_topics(1);
  StreamBuilder builder;
  builder.stream<std::string, std::string>(in_)
      .group_by_key()
      .windowed_by(TumblingWindows::of(hours(1)).grace(hours(24)))
      .count(Materialized::as("hours"))
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to(out_);
  const Topology topology = builder.build();
  const std::int64_t year_2013 = 1'357'000'000'000;
  {
    RunningApplication app(topology, settings());
    kafka_.produce(in_, {to_send("k", "x", year_2013), to_send("k", "x", year_2013 + 1)});
    ASSERT_TRUE(eventually([&] { return kafka_.caught_up(application_, in_); })) << app.log_text();
    EXPECT_EQ(app.stop(), 0);
  }
  // Several rounds of the broker's cleaner go by.
  const std::string other = unique_name("expired");
  kafka_.create_topic(other, 1, {{"retention.ms", "1000"}, {"segment.ms", "1000"}});
  ASSERT_TRUE(eventually([&] {
    kafka_.produce(other, {to_send("k", "x", year_2013)});
    return kafka_.starts(other).begin()->second > Offset(0);
  })) << "the broker deletes what has expired";
  std::filesystem::remove_all(directory_.path() / application_);

  RunningApplication app(topology, settings());
  kafka_.produce(in_, {to_send("k", "x", year_2013 + 2),
                       to_send("k", "x", year_2013 + milliseconds(hours(26)).count())});

  ASSERT_TRUE(wait_for_results(1)) << app.log_text();
  EXPECT_EQ(results().front().second, 3) << "the open window was restored";
  EXPECT_EQ(app.stop(), 0);
}

TEST_F(ApplicationTest, StaysOutOfAGroupThatRunsAnotherTopology) {
  create_topics();
  RunningApplication first(word_counts(), settings());
  ASSERT_TRUE(eventually([&] { return first->state() == ApplicationState::running; }));
  StreamBuilder builder;
  builder.stream<std::string, std::string>(in_).to(out_);
  TemporaryDirectory other_directory;
  Settings other = settings();
  other.state_dir = other_directory.path();

  RunningApplication second(builder.build(), other);

  ASSERT_TRUE(eventually([&] { return second.log().contains("run another topology"); }))
      << second.log_text();
  EXPECT_EQ(second->state(), ApplicationState::starting);
  EXPECT_EQ(first.stop(Application::Stop::leave), 0);
  EXPECT_TRUE(eventually([&] { return second->state() == ApplicationState::running; }))
      << second.log_text();
  EXPECT_EQ(second.stop(), 0);
}

TEST_F(ApplicationTest, ATaskThatMovesWaitsForTheDirectoryItsFormerThreadStillHas) {
  // One thread is held up in user code beyond max_poll_interval; its task goes to the other thread
  // of the process, which must not open the directory before the first one has let go.
  const Marks marks;
  create_topics(2);
  std::atomic<bool> hold{true};
  std::atomic<bool> holding{false};
  StreamBuilder builder;
  builder.stream<std::string, std::string>(in_)
      .peek([&](const std::string& word) {
        if (word == "slow" && !holding.exchange(true)) {
          eventually([&] { return !hold.load(); }, seconds(120));
        }
      })
      .group_by_key()
      .count(Materialized::as("counts"))
      .to_stream()
      .to(out_);
  Settings two_threads = settings();
  two_threads.threads = 2;
  two_threads.max_poll_interval = milliseconds(6'000);
  two_threads.transaction_timeout = milliseconds(8'000);
  RunningApplication app(builder.build(), two_threads);
  ASSERT_TRUE(eventually([&] { return app->state() == ApplicationState::running; }));

  send({"slow"});
  ASSERT_TRUE(eventually([&] { return holding.load(); })) << app.log_text();
  EXPECT_TRUE(eventually([&] { return marks.hit("waiting_for_task_directory"); }, seconds(60)))
      << app.log_text();
  hold.store(false);

  ASSERT_TRUE(wait_for_results(1)) << app.log_text();
  EXPECT_EQ(results().size(), 1U);
  EXPECT_EQ(results().front().second, 1) << "counted once, by whoever has the task now";
  EXPECT_EQ(app.stop(), 0);
}

}  // namespace
}  // namespace pawl::test

// What an application makes of exceptions on the threads that it starts itself, without a broker.
#include "client/clients.h"
#include "scripted_broker.h"
#include "support/silent_log.h"
#include "support/test_records.h"

#include <pawl/engine/application.h>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace pawl {
namespace {

using ::testing::HasSubstr;

class ApplicationTest : public ::testing::Test {
 protected:
  ApplicationTest() {
    components_.log = std::make_shared<test::SilentLog>();
    components_.connect = [](const internal::KafkaConnection&) {
      return Result<std::unique_ptr<internal::Clients>>(Error{ErrorKind::fatal, "no brokers"});
    };
  }
  Application application() {
    StreamBuilder builder;
    builder.stream("in", serde::string(), serde::string()).to("out");
    Settings settings;
    settings.application_id = "app";
    settings.bootstrap_servers = "nowhere:9092";
    return {builder.build(), settings, components_};
  }
  Components components_;
};

TEST_F(ApplicationTest, FailsWithTheReasonWhenAListenerOfStatesThrows) {
  components_.on_state = [](ApplicationState state) {
    if (state != ApplicationState::starting) {
      throw std::runtime_error("nobody listens");
    }
  };
  Application failing = application();

  failing.start();

  EXPECT_EQ(failing.wait(), 1);
  EXPECT_EQ(failing.failure(), "no brokers") << "the first reason";
}

TEST_F(ApplicationTest, FailsWithTheReasonWhenUserCodeThrowsAtTheStart) {
  components_.connect =
      [](const internal::KafkaConnection&) -> Result<std::unique_ptr<internal::Clients>> {
    throw std::runtime_error("no route");
  };
  Application failing = application();

  failing.start();

  EXPECT_EQ(failing.wait(), 1);
  EXPECT_THAT(failing.failure(), HasSubstr("no route"));
}

// Says that the group is claimed for a topology, so often as a test wants to; then it is silent.
class ClaimConsumer final : public internal::ConsumerClient {
 public:
  ClaimConsumer(std::string fingerprint, int& answers)
      : fingerprint_(std::move(fingerprint)), answers_(answers) {}
  Result<void> assign(std::span<const internal::PartitionStart>) override { return {}; }
  Result<void> unassign(std::span<const TopicPartition>) override { return {}; }
  Result<void> pause(std::span<const TopicPartition>) override { return {}; }
  Result<void> resume(std::span<const TopicPartition>) override { return {}; }
  Result<void> seek(const TopicPartition&, Offset) override { return {}; }
  Result<void> poll(std::chrono::milliseconds, std::size_t, internal::ConsumerSink& sink) override {
    if (answers_-- <= 0) {
      return Error{ErrorKind::retriable, "timed out"};
    }
    sink.record(0, test::consumed(0, 0, fingerprint_, "topology"));
    sink.end_of_partition(0, Offset(1));
    return {};
  }
  Result<std::map<TopicPartition, internal::CommittedOffset>> committed(
      std::span<const TopicPartition>, std::chrono::milliseconds) override {
    return std::map<TopicPartition, internal::CommittedOffset>();
  }

 private:
  std::string fingerprint_;
  int& answers_;
};

// What a test makes of the broker.
struct Connection {
  internal::Broker broker;
  std::string fingerprint;  // of the topology that has the group
  int claims_read_max = 1;
  std::function<void()> at_join = [] {};
};

class ConnectedClients final : public internal::Clients {
 public:
  explicit ConnectedClients(Connection& connection)
      : connection_(connection), clients_(connection.broker) {}
  Result<std::unique_ptr<internal::ConsumerClient>> make_consumer(
      const internal::ConsumerOptions& options) const override {
    if (options.client_id.ends_with("-claim")) {
      return std::unique_ptr<internal::ConsumerClient>(
          std::make_unique<ClaimConsumer>(connection_.fingerprint, connection_.claims_read_max));
    }
    return clients_.make_consumer(options);
  }
  Result<std::unique_ptr<internal::ProducerClient>> make_producer(
      const internal::ProducerOptions& options) const override {
    return clients_.make_producer(options);
  }
  Result<std::unique_ptr<internal::Membership>> make_membership(
      const internal::MembershipOptions& options) const override {
    connection_.at_join();
    return clients_.make_membership(options);
  }
  [[nodiscard]] const internal::AdminClient& admin() const override { return clients_.admin(); }

 private:
  Connection& connection_;
  internal::BrokerClients clients_;
};

class ConnectedApplicationTest : public ApplicationTest {
 protected:
  ConnectedApplicationTest() {
    components_.connect = [this](const internal::KafkaConnection&) {
      return Result<std::unique_ptr<internal::Clients>>(
          std::make_unique<ConnectedClients>(connection_));
    };
  }
  Application application(const StreamBuilder& builder) {
    Topology topology = builder.build();
    connection_.fingerprint = topology.fingerprint();
    Settings settings;
    settings.application_id = "app";
    settings.bootstrap_servers = "nowhere:9092";
    return {std::move(topology), settings, components_};
  }
  static StreamBuilder passing_on() {
    StreamBuilder builder;
    builder.stream("in", serde::string(), serde::string()).to("out");
    return builder;
  }
  Connection connection_;
};

class ThrowsInInit final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& /*context*/) override { throw 42; }
  void process(const Record<std::string, std::string>& /*record*/) override {}
};

TEST_F(ConnectedApplicationTest, FailsWithTheReasonWhenAGlobalProcessorThrowsAnything) {
  StreamBuilder builder = passing_on();
  builder.add_global_store(stores::key_value<std::string, std::string>("names").in_memory(),
                           "names", serde::string(), serde::string(),
                           [] { return std::make_unique<ThrowsInInit>(); });
  Application failing = application(builder);

  failing.start();

  EXPECT_EQ(failing.wait(), 1);
  EXPECT_THAT(failing.failure(), HasSubstr("something that is no std::exception"));
}

TEST_F(ConnectedApplicationTest, FailsWithTheReasonWhenUserCodeThrowsAsAThreadConnects) {
  connection_.at_join = [] { throw std::runtime_error("no route"); };
  Application failing = application(passing_on());

  failing.start();

  EXPECT_EQ(failing.wait(), 1);
  EXPECT_THAT(failing.failure(), HasSubstr("no route"));
}

// A second passes whenever somebody looks at it.
class HastyClock final : public Clock {
 public:
  [[nodiscard]] Timestamp wall() const override { return Timestamp(0); }
  [[nodiscard]] MonotonicTime monotonic() const override {
    return std::chrono::seconds(seconds_.fetch_add(1));
  }

 private:
  mutable std::atomic<int> seconds_{0};
};

class FullLog final : public LogSink {
 public:
  void write(LogLevel /*level*/, std::string_view /*component*/,
             std::string_view message) override {
    if (message.starts_with("could not be stopped cleanly")) {
      throw std::runtime_error("disk full");
    }
  }
};

TEST_F(ConnectedApplicationTest, FailsWithTheReasonWhenTheLogThrowsOnAThreadThatCannotBeStopped) {
  components_.clock = std::make_shared<HastyClock>();
  components_.log = std::make_shared<FullLog>();
  // What it has gained is never confirmed: the broker tells whose the group is only once.
  connection_.broker.changes.push_back({internal::AssignmentChange::Kind::gained, {TaskId{}}});
  Application* stopped = nullptr;
  components_.on_state = [&](ApplicationState state) {
    if (state == ApplicationState::running) {
      stopped->stop();
    }
  };
  Application failing = application(passing_on());
  stopped = &failing;

  failing.start();

  EXPECT_EQ(failing.wait(), 1);
  EXPECT_THAT(failing.failure(), HasSubstr("disk full"));
}

}  // namespace
}  // namespace pawl

// Which of two topologies gets a group, on a broker that is a list of claims.
#include "runtime/topology_claim.h"

#include "support/marks.h"
#include "support/scripted_clients.h"
#include "support/test_records.h"

#include <pawl/testing/manual_clock.h>

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <utility>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;
using Standing = TopologyClaim::Standing;

struct ClaimLog {
  std::vector<Bytes> claims;
  std::function<void()> at_the_next_question;  // about members
  std::deque<bool> members;  // whether the group has any, by question; at last it has none
  int failing_writes = 0;
  int succeeding_writes_before = 0;
};

class ClaimConsumer final : public ConsumerClient {
 public:
  explicit ClaimConsumer(const ClaimLog& log) : log_(log) {}
  Result<void> assign(std::span<const PartitionStart>) override { return {}; }
  Result<void> unassign(std::span<const TopicPartition>) override { return {}; }
  Result<void> pause(std::span<const TopicPartition>) override { return {}; }
  Result<void> resume(std::span<const TopicPartition>) override { return {}; }
  Result<void> seek(const TopicPartition&, Offset) override { return {}; }
  Result<void> poll(milliseconds, std::size_t, ConsumerSink& sink) override {
    std::int64_t offset = 0;
    for (const Bytes& claim : log_.claims) {
      sink.record(0, test::consumed(offset++, 0, claim, "topology"));
    }
    sink.end_of_partition(0, Offset(offset));
    return {};
  }
  Result<std::map<TopicPartition, CommittedOffset>> committed(std::span<const TopicPartition>,
                                                              milliseconds) override {
    return std::map<TopicPartition, CommittedOffset>();
  }

 private:
  const ClaimLog& log_;
};

class ClaimProducer final : public ProducerClient {
 public:
  explicit ClaimProducer(ClaimLog& log) : log_(log) {}
  Result<void> init_transactions(milliseconds) override { return {}; }
  Result<void> begin_transaction() override { return {}; }
  Result<void> send(const OutputRecord& record) override {
    if (log_.succeeding_writes_before-- <= 0 && log_.failing_writes-- > 0) {
      return Error{ErrorKind::retriable, "timed out"};
    }
    log_.claims.emplace_back(*record.value);
    return {};
  }
  Result<void> flush(milliseconds) override { return {}; }
  void poll() override {}
  Result<void> send_offsets(std::span<const OffsetToCommit>, const GroupIdentity&,
                            milliseconds) override {
    return {};
  }
  Result<void> commit_transaction(milliseconds) override { return {}; }
  Result<void> abort_transaction(milliseconds) override { return {}; }
  [[nodiscard]] bool tainted() const override { return false; }
  Result<std::int32_t> partition_count(const std::string&, milliseconds) override { return 1; }

 private:
  ClaimLog& log_;
};

class ClaimAdmin final : public AdminClient {
 public:
  explicit ClaimAdmin(ClaimLog& log) : log_(log) {}
  Result<std::map<std::string, TopicDescription>> describe_topics(const std::set<std::string>&,
                                                                  milliseconds) const override {
    return std::map<std::string, TopicDescription>();
  }
  Result<std::set<std::string>> list_topics(milliseconds) const override {
    return std::set<std::string>();
  }
  Result<void> create_topics(std::span<const NewTopic>, milliseconds) const override { return {}; }
  Result<std::map<std::string, std::map<std::string, std::string>>> topic_configs(
      const std::set<std::string>&, milliseconds) const override {
    return std::map<std::string, std::map<std::string, std::string>>();
  }
  Result<std::map<TopicPartition, Offset>> end_offsets(std::span<const TopicPartition>,
                                                       milliseconds) const override {
    return std::map<TopicPartition, Offset>();
  }
  Result<std::map<TopicPartition, Offset>> last_stable_offsets(std::span<const TopicPartition>,
                                                               milliseconds) const override {
    return std::map<TopicPartition, Offset>();
  }
  Result<std::map<TopicPartition, Offset>> start_offsets(std::span<const TopicPartition>,
                                                         milliseconds) const override {
    return std::map<TopicPartition, Offset>();
  }
  Result<std::map<TopicPartition, Offset>> offsets_for_times(
      const std::map<TopicPartition, Timestamp>&, milliseconds) const override {
    return std::map<TopicPartition, Offset>();
  }
  Result<void> delete_records(const std::map<TopicPartition, Offset>&,
                              milliseconds) const override {
    return {};
  }
  Result<GroupDescription> describe_group(const std::string&, milliseconds) const override {
    if (const auto meanwhile = std::exchange(log_.at_the_next_question, nullptr)) {
      meanwhile();
    }
    GroupDescription group;
    if (!log_.members.empty()) {
      if (log_.members.front()) {
        group.members.emplace_back();
      }
      log_.members.pop_front();
    }
    return group;
  }

 private:
  ClaimLog& log_;
};

class ClaimClients final : public Clients {
 public:
  explicit ClaimClients(ClaimLog& log) : log_(log), admin_(log) {}
  Result<std::unique_ptr<ConsumerClient>> make_consumer(const ConsumerOptions&) const override {
    return std::unique_ptr<ConsumerClient>(std::make_unique<ClaimConsumer>(log_));
  }
  Result<std::unique_ptr<ProducerClient>> make_producer(const ProducerOptions&) const override {
    return std::unique_ptr<ProducerClient>(std::make_unique<ClaimProducer>(log_));
  }
  Result<std::unique_ptr<Membership>> make_membership(const MembershipOptions&) const override {
    return Error{ErrorKind::fatal, "nobody joins"};
  }
  [[nodiscard]] const AdminClient& admin() const override { return admin_; }

 private:
  ClaimLog& log_;
  ClaimAdmin admin_;
};

class TopologyClaimTest : public ::testing::Test {
 protected:
  TopologyClaim claim(const std::string& fingerprint) {
    return {clients_, "app", "app-tasks-0", fingerprint, clock_};
  }
  ClaimLog log_;
  ClaimClients clients_{log_};
  pawl::testing::ManualClock clock_{Timestamp(0)};
};

TEST_F(TopologyClaimTest, TheFirstGetsTheGroup) {
  EXPECT_EQ(*claim("one").check(milliseconds(1)), Standing::ours);
  EXPECT_EQ(*claim("one").check(milliseconds(1)), Standing::ours);

  EXPECT_EQ(log_.claims, std::vector<Bytes>{"one"});
}

TEST_F(TopologyClaimTest, AnotherWaitsAsLongAsThereAreMembers) {
  log_.claims = {"one"};
  log_.members = {true};
  TopologyClaim two = claim("two");

  EXPECT_EQ(*two.check(milliseconds(1)), Standing::waiting);
  EXPECT_EQ(*two.check(milliseconds(1)), Standing::ours);
}

// Who is not a member yet is not seen: it finds out when it has joined.
TEST_F(TopologyClaimTest, WhoWasOvertakenBeforeItJoinedDoesNotHoldTheGroup) {
  TopologyClaim one = claim("one");
  EXPECT_EQ(*one.check(milliseconds(1)), Standing::ours);
  TopologyClaim two = claim("two");
  EXPECT_EQ(*two.check(milliseconds(1)), Standing::ours);

  EXPECT_FALSE(*one.held(milliseconds(1)));
  EXPECT_TRUE(*two.held(milliseconds(1)));
}

TEST_F(TopologyClaimTest, GivesAClaimBackWhenItsOwnerHasJoinedMeanwhile) {
  const test::Marks marks;
  log_.claims = {"one"};
  log_.members = {false, true};

  EXPECT_EQ(*claim("two").check(milliseconds(1)), Standing::waiting);

  EXPECT_TRUE(marks.hit("claim_taken_back"));
  EXPECT_TRUE(*claim("one").held(milliseconds(1)));
}

// Two instances of a new topology start at once, and one has joined before the other one claims.
TEST_F(TopologyClaimTest, DoesNotTakeTheGroupFromAnotherInstanceOfTheSame) {
  log_.claims = {"one"};
  TopologyClaim quick = claim("two");
  log_.at_the_next_question = [&] {
    EXPECT_EQ(*quick.check(milliseconds(1)), Standing::ours);
    log_.members = {false, true};
  };

  EXPECT_EQ(*claim("two").check(milliseconds(1)), Standing::ours);

  EXPECT_TRUE(*quick.held(milliseconds(1))) << "it would stop for good";
}

TEST_F(TopologyClaimTest, GivesAClaimBackLaterWhenTheBrokerIsAwayMeanwhile) {
  log_.claims = {"one"};
  log_.members = {false, true, true};
  log_.succeeding_writes_before = 1;
  log_.failing_writes = 1;
  TopologyClaim two = claim("two");
  EXPECT_FALSE(two.check(milliseconds(1)).has_value());

  EXPECT_EQ(*two.check(milliseconds(1)), Standing::waiting);

  EXPECT_TRUE(*claim("one").held(milliseconds(1)));
}

}  // namespace
}  // namespace pawl::internal

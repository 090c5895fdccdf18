// Kafka clients that answer what a test has written down for them, and remember what they were
// asked: for testing the commit cycle row by row. Unscripted calls succeed.
#pragma once

#include "client/clients.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {

using internal::CommittedOffset;
using internal::ConsumerClient;
using internal::ConsumerSink;
using internal::GroupIdentity;
using internal::OffsetToCommit;
using internal::ProducerClient;

// Answers to come, by the name of the function; shared by all clients of a test.
class Script {
 public:
  // The next call of `function` fails with this.
  void fail_next(const std::string& function, ErrorKind kind,
                 const std::string& message = "scripted") {
    answers_[function].push_back(Error{kind, message});
  }
  // The next call of `function` succeeds, and the one after it takes the next answer.
  void succeed_next(const std::string& function) { answers_[function].push_back(std::nullopt); }

  Result<void> call(const std::string& function) {
    calls_.push_back(function);
    std::deque<std::optional<Error>>& answers = answers_[function];
    if (answers.empty()) {
      return {};
    }
    const std::optional<Error> answer = answers.front();
    answers.pop_front();
    return answer.has_value() ? Result<void>(*answer) : Result<void>();
  }

  [[nodiscard]] const std::vector<std::string>& calls() const { return calls_; }
  [[nodiscard]] int count(const std::string& function) const {
    return static_cast<int>(std::count(calls_.begin(), calls_.end(), function));
  }

  // What read_committed clients see as committed.
  std::map<TopicPartition, CommittedOffset> committed;
  // Offsets of the open transaction.
  std::vector<OffsetToCommit> pending;
  bool tainted = false;
  // A commit takes effect even when its call fails.
  bool commit_reaches_the_log = false;
  std::vector<std::pair<std::string, Bytes>> sent;  // topic, key

  // The transaction reaches the log although nobody may have heard of it.
  void commit_pending() {
    for (const OffsetToCommit& offset : pending) {
      committed[offset.where] = {offset.offset, offset.metadata};
    }
    pending.clear();
  }

 private:
  std::map<std::string, std::deque<std::optional<Error>>> answers_;
  std::vector<std::string> calls_;
};

class ScriptedProducer final : public ProducerClient {
 public:
  explicit ScriptedProducer(Script& script) : script_(script) {}
  ~ScriptedProducer() override { (void)script_.call("destroy"); }

  Result<void> init_transactions(std::chrono::milliseconds) override {
    script_.pending.clear();
    return script_.call("init");
  }
  Result<void> begin_transaction() override { return script_.call("begin"); }
  Result<void> send(const OutputRecord& record) override {
    script_.sent.emplace_back(*record.topic, Bytes(record.key.value_or("")));
    return script_.call("send");
  }
  Result<void> flush(std::chrono::milliseconds) override { return script_.call("flush"); }
  void poll() override {}
  Result<void> send_offsets(std::span<const OffsetToCommit> offsets, const GroupIdentity& identity,
                            std::chrono::milliseconds) override {
    identities.push_back(identity.generation);
    Result<void> result = script_.call("send_offsets");
    if (result.has_value()) {
      script_.pending.assign(offsets.begin(), offsets.end());
    }
    return result;
  }
  Result<void> commit_transaction(std::chrono::milliseconds) override {
    Result<void> result = script_.call("commit");
    if (result.has_value() || script_.commit_reaches_the_log) {
      script_.commit_pending();
    }
    return result;
  }
  Result<void> abort_transaction(std::chrono::milliseconds) override {
    Result<void> result = script_.call("abort");
    if (result.has_value()) {
      script_.pending.clear();
    }
    return result;
  }
  [[nodiscard]] bool tainted() const override { return script_.tainted; }
  Result<std::int32_t> partition_count(const std::string&, std::chrono::milliseconds) override {
    return 1;
  }

  std::vector<std::int32_t> identities;

 private:
  Script& script_;
};

class ScriptedConsumer final : public ConsumerClient {
 public:
  explicit ScriptedConsumer(Script& script) : script_(script) {}
  Result<void> assign(std::span<const internal::PartitionStart>) override {
    return script_.call("assign");
  }
  Result<void> unassign(std::span<const TopicPartition>) override {
    return script_.call("unassign");
  }
  Result<void> pause(std::span<const TopicPartition>) override { return script_.call("pause"); }
  Result<void> resume(std::span<const TopicPartition>) override { return script_.call("resume"); }
  Result<void> seek(const TopicPartition&, Offset) override { return script_.call("seek"); }
  Result<void> poll(std::chrono::milliseconds, std::size_t, ConsumerSink&) override {
    return script_.call("poll");
  }
  Result<std::map<TopicPartition, CommittedOffset>> committed(std::span<const TopicPartition>,
                                                              std::chrono::milliseconds) override {
    PAWL_TRY(script_.call("committed"));
    return script_.committed;
  }

 private:
  Script& script_;
};

class ScriptedMembership final : public internal::Membership {
 public:
  explicit ScriptedMembership(Script& script) : script_(script) {}
  Result<void> join() override { return script_.call("join"); }
  Result<std::optional<internal::AssignmentChange>> poll(std::chrono::milliseconds) override {
    return std::optional<internal::AssignmentChange>();
  }
  void acknowledge() override { (void)script_.call("acknowledge"); }
  Result<GroupIdentity> commit_identity() override {
    PAWL_TRY(script_.call("identity"));
    return GroupIdentity{"group", "member", 1, nullptr};
  }
  Result<void> commit_offsets(std::span<const OffsetToCommit> offsets,
                              std::chrono::milliseconds) override {
    Result<void> result = script_.call("commit_offsets");
    if (result.has_value()) {
      script_.pending.assign(offsets.begin(), offsets.end());
      script_.commit_pending();
    }
    return result;
  }
  void leave() override {}
  [[nodiscard]] bool left() const override { return true; }

 private:
  Script& script_;
};

class ScriptedClients final : public internal::Clients {
 public:
  explicit ScriptedClients(Script& script) : script_(script) {}
  [[nodiscard]] Result<std::unique_ptr<ConsumerClient>> make_consumer(
      const internal::ConsumerOptions&) const override {
    return std::unique_ptr<ConsumerClient>(std::make_unique<ScriptedConsumer>(script_));
  }
  [[nodiscard]] Result<std::unique_ptr<ProducerClient>> make_producer(
      const internal::ProducerOptions&) const override {
    PAWL_TRY(script_.call("make_producer"));
    return std::unique_ptr<ProducerClient>(std::make_unique<ScriptedProducer>(script_));
  }
  [[nodiscard]] Result<std::unique_ptr<internal::Membership>> make_membership(
      const internal::MembershipOptions&) const override {
    return std::unique_ptr<internal::Membership>(std::make_unique<ScriptedMembership>(script_));
  }
  [[nodiscard]] const internal::AdminClient& admin() const override {
    PAWL_ASSERT(false, "no admin in this test");
    std::abort();
  }

 private:
  Script& script_;
};

}  // namespace pawl::test

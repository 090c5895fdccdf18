// A broker for tests of stream threads: the logs of one source topic and of a changelog, and
// clients that do what a test makes it do.
#pragma once

#include "support/scripted_clients.h"
#include "support/test_records.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace pawl::internal {

using std::chrono::milliseconds;

struct LoggedCount {
  std::int64_t offset = 0;
  Bytes key;
};

// The logs of the source topic and of the changelogs, and what a test makes the broker do.
struct Broker {
  test::Script script;
  std::vector<Bytes> source;
  std::size_t purged = 0;  // records of the source below this are deleted
  // Records of the source from here on are in a transaction that is open.
  std::size_t open_from = std::numeric_limits<std::size_t>::max();
  bool keyed_by_value = false;
  std::vector<LoggedCount> changelog;
  std::int64_t changelog_end = 0;
  int changelog_trims = 0;  // so often it is trimmed while it is read
  bool changelog_stalls = false;
  std::map<TopicPartition, Offset> starts;  // of logs, where it is not 0
  std::vector<std::int64_t> source_times;   // of the records of the source, when asked for times
  std::map<std::string, std::map<std::string, std::string>> configs;  // of topics
  std::set<std::string> topics;
  std::deque<AssignmentChange> changes;
};

class LogConsumer final : public ConsumerClient {
 public:
  explicit LogConsumer(Broker& broker) : broker_(broker) {}
  Result<void> assign(std::span<const PartitionStart> partitions) override {
    if (partitions.front().where.partition != PartitionId(0)) {
      return {};  // empty
    }
    token_ = partitions.front().token;
    const auto* const from = std::get_if<Offset>(&partitions.front().from);
    next_ = from == nullptr ? 0 : static_cast<std::size_t>(from->value());
    assigned_ = true;
    return {};
  }
  Result<void> unassign(std::span<const TopicPartition>) override {
    assigned_ = false;
    return {};
  }
  Result<void> pause(std::span<const TopicPartition>) override { return {}; }
  Result<void> resume(std::span<const TopicPartition>) override { return {}; }
  Result<void> seek(const TopicPartition&, Offset offset) override {
    next_ = static_cast<std::size_t>(offset.value());
    return {};
  }
  Result<void> poll(milliseconds, std::size_t, ConsumerSink& sink) override {
    if (assigned_ && next_ < broker_.purged) {
      sink.out_of_range(token_, Error{ErrorKind::fatal, "Offset out of range"});
      return {};
    }
    const std::size_t stable = std::min(broker_.source.size(), broker_.open_from);
    for (; assigned_ && next_ < stable; ++next_) {
      const auto offset = static_cast<std::int64_t>(next_);
      const Bytes& value = broker_.source[next_];
      sink.record(token_,
                  test::consumed(offset, offset, value, broker_.keyed_by_value ? value : "k"));
    }
    return {};
  }
  Result<std::map<TopicPartition, CommittedOffset>> committed(std::span<const TopicPartition>,
                                                              milliseconds) override {
    PAWL_TRY(broker_.script.call("committed"));
    return broker_.script.committed;
  }

 private:
  Broker& broker_;
  PartitionToken token_ = 0;
  std::size_t next_ = 0;
  bool assigned_ = false;
};

// Reads the changelog for the stores.
class ChangelogConsumer final : public ConsumerClient {
 public:
  explicit ChangelogConsumer(Broker& broker) : broker_(broker) {}
  Result<void> assign(std::span<const PartitionStart> partitions) override {
    for (const PartitionStart& partition : partitions) {
      next_[partition.token] = std::get<Offset>(partition.from).value();
    }
    return {};
  }
  Result<void> unassign(std::span<const TopicPartition>) override { return {}; }
  Result<void> pause(std::span<const TopicPartition>) override { return {}; }
  Result<void> resume(std::span<const TopicPartition>) override { return {}; }
  Result<void> seek(const TopicPartition&, Offset) override { return {}; }
  Result<void> poll(milliseconds, std::size_t, ConsumerSink& sink) override {
    for (auto& [token, next] : next_) {
      if (next == kStopped) {
        continue;
      }
      if (broker_.changelog_trims > 0) {
        --broker_.changelog_trims;
        sink.out_of_range(token, Error{ErrorKind::fatal, "Offset out of range"});
        next = kStopped;
        continue;
      }
      for (const LoggedCount& record : broker_.changelog) {
        if (record.offset >= next) {
          sink.record(token,
                      test::consumed(record.offset, 1, Bytes("\0\0\0\0\0\0\0\1", 8), record.key));
        }
      }
      next = broker_.changelog_end;
      if (!broker_.changelog_stalls) {
        sink.end_of_partition(token, Offset(next));
      }
    }
    return {};
  }
  Result<std::map<TopicPartition, CommittedOffset>> committed(std::span<const TopicPartition>,
                                                              milliseconds) override {
    return std::map<TopicPartition, CommittedOffset>();
  }

 private:
  // Nothing comes of a partition behind an error, until it is assigned anew.
  static constexpr std::int64_t kStopped = -1;

  Broker& broker_;
  std::map<PartitionToken, std::int64_t> next_;
};

class QueuedMembership final : public Membership {
 public:
  explicit QueuedMembership(Broker& broker) : broker_(broker) {}
  Result<void> join() override { return {}; }
  Result<std::optional<AssignmentChange>> poll(milliseconds) override {
    if (delivered_ || broker_.changes.empty()) {
      return std::optional<AssignmentChange>();
    }
    delivered_ = true;
    return std::optional(broker_.changes.front());
  }
  void acknowledge() override {
    (void)broker_.script.call("acknowledge");
    broker_.changes.pop_front();
    delivered_ = false;
  }
  Result<GroupIdentity> commit_identity() override {
    PAWL_TRY(broker_.script.call("identity"));
    return GroupIdentity{"group", "member", 1, nullptr};
  }
  Result<void> commit_offsets(std::span<const OffsetToCommit>, milliseconds) override { return {}; }
  void leave() override {}
  [[nodiscard]] bool left() const override { return true; }

 private:
  Broker& broker_;
  bool delivered_ = false;
};

class ScriptedAdmin final : public AdminClient {
 public:
  explicit ScriptedAdmin(Broker& broker) : broker_(broker) {}
  Result<std::map<std::string, TopicDescription>> describe_topics(
      const std::set<std::string>& topics, milliseconds) const override {
    std::map<std::string, TopicDescription> found;
    for (const std::string& topic : topics) {
      found[topic] = {1, "id of " + topic};
    }
    return found;
  }
  Result<std::set<std::string>> list_topics(milliseconds) const override {
    PAWL_TRY(broker_.script.call("list_topics"));
    return broker_.topics;
  }
  Result<void> create_topics(std::span<const NewTopic>, milliseconds) const override { return {}; }
  Result<std::map<std::string, std::map<std::string, std::string>>> topic_configs(
      const std::set<std::string>&, milliseconds) const override {
    return broker_.configs;
  }
  Result<std::map<TopicPartition, Offset>> end_offsets(std::span<const TopicPartition> partitions,
                                                       milliseconds) const override {
    PAWL_TRY(broker_.script.call("end_offsets"));
    std::map<TopicPartition, Offset> ends = zeros(partitions);
    for (auto& [where, end] : ends) {
      end = Offset(where.topic == "app-counts-changelog"
                       ? broker_.changelog_end
                       : static_cast<std::int64_t>(broker_.source_times.size()));
    }
    return ends;
  }
  Result<std::map<TopicPartition, Offset>> last_stable_offsets(
      std::span<const TopicPartition> partitions, milliseconds timeout) const override {
    std::map<TopicPartition, Offset> ends = PAWL_TRY(end_offsets(partitions, timeout));
    for (auto& [where, end] : ends) {
      end = Offset(static_cast<std::int64_t>(
          std::min(static_cast<std::size_t>(end.value()), broker_.open_from)));
    }
    return ends;
  }
  Result<std::map<TopicPartition, Offset>> start_offsets(std::span<const TopicPartition> partitions,
                                                         milliseconds) const override {
    std::map<TopicPartition, Offset> starts = zeros(partitions);
    for (auto& [where, start] : starts) {
      const auto found = broker_.starts.find(where);
      start = found == broker_.starts.end() ? start : found->second;
    }
    return starts;
  }
  Result<std::map<TopicPartition, Offset>> offsets_for_times(
      const std::map<TopicPartition, Timestamp>& times, milliseconds) const override {
    PAWL_TRY(broker_.script.call("offsets_for_times"));
    std::map<TopicPartition, Offset> found;
    for (const auto& [where, time] : times) {
      if (time < Timestamp(0)) {
        continue;  // a broker would take it for the end, or for something else
      }
      const auto first =
          std::find_if(broker_.source_times.begin(), broker_.source_times.end(),
                       [&, from = time](std::int64_t at) { return Timestamp(at) >= from; });
      if (first != broker_.source_times.end()) {
        found[where] = Offset(first - broker_.source_times.begin());
      }
    }
    return found;
  }
  Result<void> delete_records(const std::map<TopicPartition, Offset>&,
                              milliseconds) const override {
    return {};
  }
  Result<GroupDescription> describe_group(const std::string&, milliseconds) const override {
    return GroupDescription();
  }

 private:
  static std::map<TopicPartition, Offset> zeros(std::span<const TopicPartition> partitions) {
    std::map<TopicPartition, Offset> offsets;
    for (const TopicPartition& where : partitions) {
      offsets[where] = Offset(0);
    }
    return offsets;
  }
  Broker& broker_;
};

class BrokerClients final : public Clients {
 public:
  explicit BrokerClients(Broker& broker) : broker_(broker), admin_(broker) {}
  Result<std::unique_ptr<ConsumerClient>> make_consumer(
      const ConsumerOptions& options) const override {
    if (options.client_id.ends_with("-restore-consumer")) {
      return std::unique_ptr<ConsumerClient>(std::make_unique<ChangelogConsumer>(broker_));
    }
    return std::unique_ptr<ConsumerClient>(std::make_unique<LogConsumer>(broker_));
  }
  Result<std::unique_ptr<ProducerClient>> make_producer(const ProducerOptions&) const override {
    return std::unique_ptr<ProducerClient>(
        std::make_unique<test::ScriptedProducer>(broker_.script));
  }
  Result<std::unique_ptr<Membership>> make_membership(const MembershipOptions&) const override {
    return std::unique_ptr<Membership>(std::make_unique<QueuedMembership>(broker_));
  }
  [[nodiscard]] const AdminClient& admin() const override { return admin_; }

 private:
  Broker& broker_;
  ScriptedAdmin admin_;
};

}  // namespace pawl::internal

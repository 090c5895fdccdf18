// TaskMembership: Membership by task topics on a plain consumer group (cooperative-sticky): the
// client subscribes to empty topics with one partition per task and reads nothing. Works with every
// broker since 2.5.
//
// What librdkafka does, and what this makes of it:
//   its event             at poll()                             at acknowledge()
//   assign                incremental_assign, paused: the       nothing
//                         group goes on at once; `gained`
//   revoke                `revoked`                             incremental_unassign: the group
//                                                               may give the tasks to others
//   revoke, lost          `lost`, for all tasks                 incremental_unassign, then it
//                                                               joins again
//   nothing (see below)   `lost`, for all tasks                 nothing
// Heartbeats go on while a revocation waits for its acknowledgement.
//
// A static member whose session ended while the coordinator was away can be fenced by its own late
// JoinGroup (librdkafka issue 3437), and librdkafka takes that for the end of the client. So a
// member that is fenced loses its tasks and joins once more with a new client; only who is fenced
// again soon shares its id with somebody. The newer of two such instances stays.
//
// Invariants: (1) Tasks belong to the member id under which they were gained. librdkafka drops the
// news that a membership is lost while a rebalance is on the way, and a static member whose
// JoinGroup was refused joins again under a new member id without a word: in both cases it would go
// on with the old tasks and a valid new identity, although others may have had them in between. So
// another member id, or none, is `lost` here. (2) commit_identity() never answers for tasks that
// are lost. (3) One change at a time: the next is delivered after acknowledge(). Thread rule: owner
// thread only. Source: KIP-345, KIP-429, rdkafka_cgrp.c.
#pragma once

#include "client/rdkafka/deadline.h"
#include "client/rdkafka/instance.h"
#include "client/rdkafka/task_topics.h"
#include "membership/membership.h"

#include <pawl/model/thread_checker.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace pawl::internal::rdkafka {

class TaskMembership final : public Membership {
 public:
  using MakeInstance = std::function<Result<std::shared_ptr<Instance>>()>;

  // `instance`: the first that `make_instance` made, of `options`.
  TaskMembership(MakeInstance make_instance, std::shared_ptr<Instance> instance,
                 const MembershipOptions& options);
  // A static member stays in the group. A dynamic one leaves it, if the coordinator answers within
  // seconds.
  ~TaskMembership() override;

  Result<void> join() override;
  Result<std::optional<AssignmentChange>> poll(std::chrono::milliseconds timeout) override;
  void acknowledge() override;
  [[nodiscard]] Result<GroupIdentity> commit_identity() override;
  Result<void> commit_offsets(std::span<const OffsetToCommit> offsets,
                              std::chrono::milliseconds timeout) override;
  void leave() override;
  [[nodiscard]] bool left() const override { return left_; }

 private:
  // A change, and the partitions to give back once it is acknowledged.
  struct Pending {
    AssignmentChange change;
    PartitionListHandle give_back;
  };
  enum class Leaving { no, asked, given_back };

  void open_client();
  void close_client();
  // Errors: fatal: the client failed for good, and a new one would not do better.
  Result<void> replace_fenced_client();
  [[nodiscard]] bool fenced() const;
  // Takes an event, or returns null when there is none in time.
  EventHandle next_event(std::chrono::milliseconds timeout);
  Result<void> handle(rd_kafka_event_t* event);
  Result<void> handle_error(rd_kafka_event_t* event);
  void handle_rebalance(rd_kafka_event_t* event);
  void on_assigned(PartitionListHandle partitions, const GroupIdentity& identity);
  void on_revoked(PartitionListHandle partitions);
  void give_back(rd_kafka_topic_partition_list_t* partitions);
  // Compares the member with the one that the tasks belong to.
  GroupIdentity observe();
  void queue_lost(PartitionListHandle give_back);
  std::optional<AssignmentChange> deliver();
  void advance_leaving();
  // Answers a rebalance of a membership that ends.
  void answer(rd_kafka_event_t* event);
  [[nodiscard]] std::optional<Error> fatal_error() const;

  MakeInstance make_instance_;
  std::shared_ptr<Instance> instance_;
  QueueHandle queue_;
  ThreadChecker owner_;
  TaskTopics topics_;
  std::string instance_id_;
  bool joined_ = false;
  // Until then another fence means that somebody has the same id.
  std::optional<Deadline> fenced_until_;
  // Delivered as gained, not yet revoked or lost.
  std::set<TaskId> owned_;
  // The member that owns them.
  std::string member_;
  // They are somebody else's already, whatever the client says.
  bool interrupted_ = false;
  Deadline next_look_{std::chrono::milliseconds(0)};
  std::deque<Pending> changes_;
  // The first of changes_ was delivered and waits for its acknowledgement.
  bool delivered_ = false;
  // Events that came meanwhile.
  std::deque<EventHandle> events_;
  Leaving leaving_ = Leaving::no;
  std::optional<Deadline> answer_by_;
  bool left_ = false;
};

}  // namespace pawl::internal::rdkafka

// Membership: who owns which task. One per stream thread. Task topics on plain librdkafka
// (task_topics.h) are one implementation; the broker's streams groups (KIP-1071) can become
// another.
//
// A change is delivered by poll() and takes effect for the group when the owner acknowledges it:
//   revoked: the tasks are still ours until acknowledge(): finish and commit them first.
//   lost:    they are somebody else's already: abort, commit nothing.
//   gained:  ours from now on.
// Thread rule: owner thread only.
#pragma once

#include "client/consumer.h"
#include "client/producer.h"

#include <pawl/model/ids.h>
#include <pawl/model/result.h>

#include <chrono>
#include <optional>
#include <span>
#include <vector>

namespace pawl::internal {

struct AssignmentChange {
  enum class Kind { gained, revoked, lost };
  Kind kind = Kind::gained;
  std::vector<TaskId> tasks;
};

class Membership {
 public:
  Membership() = default;
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;
  // Leaves no trace at once: a static member stays in the group until its session ends or it comes
  // back.
  virtual ~Membership() = default;

  // Begins to take part. Errors: retriable, fatal.
  virtual Result<void> join() = 0;

  // Keeps the membership alive and returns the next change, if any. Must be called at least every
  // max.poll.interval. Errors: fatal: another member has the same instance id, or authorization;
  // the message says what to do.
  virtual Result<std::optional<AssignmentChange>> poll(std::chrono::milliseconds timeout) = 0;
  // The last change from poll() has been applied. Requires: there is one.
  virtual void acknowledge() = 0;

  // Returns: the identity at this moment. Belongs to the assignment that was acknowledged last.
  // Errors: retriable (between memberships).
  [[nodiscard]] virtual Result<GroupIdentity> commit_identity() = 0;

  // Commits offsets outside of a transaction (at_least_once).
  // Errors: retriable, fenced (a rebalance took the partitions), fatal.
  virtual Result<void> commit_offsets(std::span<const OffsetToCommit> offsets,
                                      std::chrono::milliseconds timeout) = 0;

  // Leaves the group for good: gives back every task; poll() delivers the last revocation, left()
  // turns true when done.
  virtual void leave() = 0;
  [[nodiscard]] virtual bool left() const = 0;
};

}  // namespace pawl::internal

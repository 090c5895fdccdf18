// TopologyClaim: members of one group must run the same topology, or tasks of the same name would
// mean different work. The fingerprint of the running topology is a record in partition 0 of the
// first task topic; the last one counts. A member with another fingerprint waits as long as the
// group has members, and writes its own when the group is empty, unless another instance of the
// same topology just did. Between the check and the join others may do the same: who has joined
// asks once more whether the claim still holds, before it owns a task; and who has claimed an empty
// group that has members by then takes it back. So of two topologies at most one gets tasks. Thread
// rule: check() on one thread, held() on any.
#pragma once

#include "client/clients.h"

#include <pawl/model/clock.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace pawl::internal {

class TopologyClaim {
 public:
  TopologyClaim(const Clients& clients, std::string group, std::string task_topic,
                std::string fingerprint, const Clock& clock);

  enum class Standing {
    ours,     // the group runs this topology
    waiting,  // other members run another one
  };
  // Reads who has claimed the group, and claims it when nobody else is in it.
  // Errors: retriable (the broker is away), fatal.
  Result<Standing> check(std::chrono::milliseconds timeout);
  // Returns: whether this topology's claim is the one that counts. Errors: as check().
  [[nodiscard]] Result<bool> held(std::chrono::milliseconds timeout) const;

 private:
  // Returns: the fingerprint that counts, if any.
  [[nodiscard]] Result<std::optional<std::string>> read(std::chrono::milliseconds timeout) const;
  Result<void> write(const std::string& fingerprint, std::chrono::milliseconds timeout);
  Result<bool> group_has_members(std::chrono::milliseconds timeout);

  const Clients& clients_;
  std::string group_;
  std::string task_topic_;
  std::string fingerprint_;
  const Clock& clock_;
  std::optional<std::string> overwritten_;  // a claim that may have to be given back
};

}  // namespace pawl::internal

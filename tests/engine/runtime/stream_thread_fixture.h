// A stream thread on a scripted broker: it counts the records of topic `in` by key and sends the
// counts to topic `out`.
#pragma once

#include "runtime/stream_thread.h"
#include "scripted_broker.h"
#include "support/silent_log.h"

#include <pawl/testing/manual_clock.h>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace pawl::internal {

class StreamThreadTest : public ::testing::Test {
 protected:
  explicit StreamThreadTest(std::size_t record_cache_bytes_max = 0);
  ~StreamThreadTest() override;

  // Tasks 0_0 and 0_1 at once.
  void gain_two() {
    broker_.changes.push_back(
        {AssignmentChange::Kind::gained, {TaskId{}, {SubtopologyId(0), PartitionId(1)}}});
  }
  // How many open parts of the store have a row of the key.
  std::ptrdiff_t parts_with(const std::string& key) {
    const auto parts = stores_.find("counts");
    return std::count_if(parts.begin(), parts.end(), [&](const auto& part) {
      return part->snapshot()->get(kWholeStore, key)->has_value();
    });
  }
  void change(AssignmentChange::Kind kind) { broker_.changes.push_back({kind, {TaskId{}}}); }
  // Returns: the error that ended it, if any.
  std::optional<Error> run(int turns, milliseconds each = milliseconds(30)) {
    for (int turn = 0; turn < turns; ++turn) {
      const Result<void> done = thread_->run_once();
      if (!done.has_value()) {
        return done.error();
      }
      clock_.advance(each);
    }
    return std::nullopt;
  }
  std::int64_t committed_offset() {
    const auto found = broker_.script.committed.find({"in", PartitionId(0)});
    return found == broker_.script.committed.end() ? 0 : found->second.offset.value();
  }
  // How often a function was called before another was called for the first time since `from`.
  std::ptrdiff_t position(const std::string& function, std::size_t from) {
    const std::vector<std::string>& calls = broker_.script.calls();
    return std::find(calls.begin() + static_cast<std::ptrdiff_t>(from), calls.end(), function) -
           calls.begin();
  }

  std::function<void(const std::string&)> user_code_ = [](const std::string&) {};
  std::function<void(std::int64_t)> behind_the_count_ = [](std::int64_t) {};
  std::optional<Topology> topology_;
  Settings settings_;
  Broker broker_;
  BrokerClients clients_{broker_};
  ResolvedTopics topics_;
  StoreRegistry stores_;
  pawl::testing::ManualClock clock_{Timestamp(0)};
  test::SilentLog log_;
  ThreadSurroundings surroundings_;
  std::unique_ptr<StreamThread> thread_;
};

}  // namespace pawl::internal

// RestoreListener: is told how stores are restored from their changelogs.
// Thread rule: called on stream threads, several at once; must not block.
#pragma once

#include <pawl/model/ids.h>
#include <pawl/model/topic_partition.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace pawl {

struct RestoreProgress {
  TaskId task;
  std::string store;
  TopicPartition changelog;
  Offset from;                // where this restore began
  Offset end;                 // the fixed end it goes to
  Offset at;                  // the next offset to apply
  std::uint64_t records = 0;  // applied so far
  std::uint64_t bytes = 0;    // of keys and values applied so far
  std::chrono::nanoseconds elapsed{0};
};

class RestoreListener {
 public:
  RestoreListener() = default;
  RestoreListener(const RestoreListener&) = delete;
  RestoreListener& operator=(const RestoreListener&) = delete;
  virtual ~RestoreListener() = default;

  virtual void on_start(const RestoreProgress& /*progress*/) {}
  // After each applied batch.
  virtual void on_batch(const RestoreProgress& /*progress*/) {}
  virtual void on_end(const RestoreProgress& /*progress*/) {}
  // The task went away before its store was restored.
  virtual void on_suspended(const RestoreProgress& /*progress*/) {}
};

}  // namespace pawl

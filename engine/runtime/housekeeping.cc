#include "runtime/housekeeping.h"

#include <chrono>
#include <map>
#include <utility>
#include <vector>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;

// Offsets of topics that the group does not subscribe to expire (offsets.retention.minutes); idle
// ones are committed anew.
constexpr std::chrono::hours kTouchInterval{1};
constexpr milliseconds kPublishInterval{500};
constexpr milliseconds kAdminTimeout{2'000};

}  // namespace

Housekeeping::Housekeeping(int number, std::string thread, const ThreadSurroundings& surroundings,
                           const ThreadTasks& tasks, const MetricsRecorder& metrics)
    : number_(number),
      thread_(std::move(thread)),
      surroundings_(surroundings),
      tasks_(tasks),
      metrics_(metrics),
      starved_(*surroundings.clock, *surroundings.log),
      last_purge_(surroundings.clock->monotonic()),
      last_touch_(last_purge_) {}

void Housekeeping::turn(Commit commit) {
  const MonotonicTime now = surroundings_.clock->monotonic();
  if (now - last_touch_ >= kTouchInterval) {
    last_touch_ = now;
    for (StreamTask* task : tasks_.running()) {
      task->touch();
    }
  }
  if (now - last_publish_ >= kPublishInterval) {
    publish();
    starved_.look_at(tasks_.running());
  }
  if (now - last_purge_ >= surroundings_.settings->purge_interval && commit == Commit::idle) {
    last_purge_ = now;
    purge();
  }
}

void Housekeeping::publish() {
  last_publish_ = surroundings_.clock->monotonic();
  surroundings_.publish_metrics(number_, metrics_.snapshot());
}

void Housekeeping::purge() {
  std::map<TopicPartition, Offset> below;
  const std::string prefix = surroundings_.settings->application_id + "-";
  for (StreamTask* task : tasks_.running()) {
    below.merge(task->stores().purgeable());
    const std::vector<TopicPartition> partitions = task->partitions();
    for (std::size_t partition = 0; partition < partitions.size(); ++partition) {
      for (const RepartitionTopicSpec& topic : surroundings_.topology->repartition_topics()) {
        if (partitions[partition].topic == prefix + topic.name) {
          below[partitions[partition]] = task->committed_offsets()[partition];
        }
      }
    }
  }
  if (below.empty()) {
    return;
  }
  const Result<void> deleted = surroundings_.clients->admin().delete_records(below, kAdminTimeout);
  if (!deleted.has_value()) {
    surroundings_.log->write(
        LogLevel::warning, thread_,
        "old records of internal topics could not be deleted, trying again later: " +
            deleted.error().message);
    return;
  }
  for (StreamTask* task : tasks_.running()) {
    task->stores().purged(below);
  }
}

}  // namespace pawl::internal

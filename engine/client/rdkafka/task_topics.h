// TaskTopics: the tasks behind the partitions of the task topics: owning partition p of a
// subtopology's task topic is owning its task p. Thread rule: immutable.
#pragma once

#include "client/clients.h"
#include "client/rdkafka/handles.h"

#include <pawl/model/ids.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace pawl::internal::rdkafka {

class TaskTopics {
 public:
  explicit TaskTopics(const std::vector<MembershipOptions::TaskTopic>& topics) {
    for (const MembershipOptions::TaskTopic& topic : topics) {
      subtopologies_.emplace(topic.topic, topic.subtopology);
    }
  }

  // Returns: the subscription to all of them.
  [[nodiscard]] PartitionListHandle subscription() const {
    PartitionListHandle list(
        rd_kafka_topic_partition_list_new(static_cast<int>(subtopologies_.size())));
    for (const auto& [topic, subtopology] : subtopologies_) {
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    }
    return list;
  }

  // Returns: the tasks of these partitions; those of other topics are nobody's.
  [[nodiscard]] std::set<TaskId> tasks_of(const rd_kafka_topic_partition_list_t* list) const {
    std::set<TaskId> tasks;
    for (int index = 0; list != nullptr && index < list->cnt; ++index) {
      const rd_kafka_topic_partition_t& element = list->elems[index];
      const auto found = subtopologies_.find(element.topic);
      if (found != subtopologies_.end()) {
        tasks.insert({found->second, PartitionId(element.partition)});
      }
    }
    return tasks;
  }

 private:
  std::map<std::string, SubtopologyId, std::less<>> subtopologies_;
};

}  // namespace pawl::internal::rdkafka

// TopicHandles: librdkafka's topic objects of a producer by name, so that sending a record neither
// makes one nor copies a name. Thread rule: owner thread only. Lifetime: dies before the client.
#pragma once

#include "client/rdkafka/handles.h"

#include <string>
#include <unordered_map>

namespace pawl::internal::rdkafka {

class TopicHandles {
 public:
  // Returns: the topic; null when the library refuses the name (rd_kafka_last_error says why).
  rd_kafka_topic_t* get(rd_kafka_t* client, const std::string& name) {
    if (last_ != nullptr && last_->first == name) {
      return last_->second.get();
    }
    auto found = topics_.find(name);
    if (found == topics_.end()) {
      TopicHandle topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
      if (topic == nullptr) {
        return nullptr;
      }
      found = topics_.emplace(name, std::move(topic)).first;
    }
    last_ = &*found;
    return last_->second.get();
  }

 private:
  using Topics = std::unordered_map<std::string, TopicHandle>;
  Topics topics_;
  const Topics::value_type* last_ = nullptr;  // nodes of the map do not move
};

}  // namespace pawl::internal::rdkafka

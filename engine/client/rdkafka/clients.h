// The connections to a real Kafka, on librdkafka.
#pragma once

#include "client/clients.h"

#include <pawl/model/log.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace pawl::internal {

// What all connections of a process share.
struct KafkaConnection {
  std::string bootstrap_servers;
  std::string group;  // the application id
  std::chrono::milliseconds session_timeout{45'000};
  std::chrono::milliseconds max_poll_interval{300'000};
  // Further librdkafka properties of the user's (security.protocol, sasl.*, ssl.*, client.rack,
  // ...).
  std::map<std::string, std::string> properties;
  std::shared_ptr<LogSink> log;
};

// Returns: every property that pawl does not let a user set, or that librdkafka does not know, one
// message each, with the reason and the remedy. Empty = all is well.
std::vector<std::string> check_kafka_properties(
    const std::map<std::string, std::string>& properties);

// Errors: fatal, naming the setting.
Result<std::unique_ptr<Clients>> connect_to_kafka(const KafkaConnection& connection);

}  // namespace pawl::internal

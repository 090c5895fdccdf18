#include "client/rdkafka/config.h"

#include "client/rdkafka/refused_properties.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/format.h>

namespace pawl::internal {
namespace rdkafka {
namespace {

using std::chrono::milliseconds;

using ErrorText = std::array<char, 512>;

// How long an unanswered request is waited for before its connection is given up. Kafka's usual
// 30-60 s would be the time that a hanging broker costs.
constexpr milliseconds kRequestTimeout{10'000};
// Of a producer: half of its transaction's life, so that it can still be finished elsewhere.
milliseconds request_timeout_of(const ProducerOptions& options) {
  if (options.transactional_id.empty()) {
    return kRequestTimeout;
  }
  return std::clamp(options.transaction_timeout / 2, milliseconds(1'000), kRequestTimeout);
}

std::string text(milliseconds duration) {
  return std::to_string(duration.count());
}

Properties shared_properties() {
  return {
      {"allow.auto.create.topics", "false"},
      {"socket.keepalive.enable", "true"},
      // 10 s by default: that long nothing would happen after a broker has come back.
      {"reconnect.backoff.max.ms", "1000"},
      // Costs requests, and makes destroying a client wait for a last one.
      {"enable.metrics.push", "false"},
  };
}

Error mistake(const std::string& name, const std::string& why) {
  return {ErrorKind::fatal, fmt::format("Kafka property '{}': {}", name, why)};
}

Result<void> set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  ErrorText why{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) !=
      RD_KAFKA_CONF_OK) {
    return mistake(name, why.data());
  }
  return {};
}

}  // namespace

Properties consumer_properties(const KafkaConnection& connection, const ConsumerOptions& options) {
  const std::size_t kilobytes =
      std::clamp<std::size_t>(options.fetch_queue_bytes_max >> 10U, 1, 2'097'151);
  return {
      // Only for reading committed offsets: this client never joins the group.
      {"group.id", connection.group},
      {"isolation.level",
       options.isolation == Isolation::read_committed ? "read_committed" : "read_uncommitted"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      {"enable.partition.eof", "true"},
      {"check.crcs", "false"},
      {"fetch.wait.max.ms", text(options.fetch_wait_max)},
      {"fetch.error.backoff.ms", "100"},
      // 1 s by default: a fast reader would stop and go in steps of it.
      {"fetch.queue.backoff.ms", "2"},
      {"queued.max.messages.kbytes", std::to_string(kilobytes)},
      // Bytes are the limit, not records.
      {"queued.min.messages", "1000000"},
      {"socket.timeout.ms", text(kRequestTimeout + options.fetch_wait_max)},
  };
}

Properties producer_properties(const ProducerOptions& options) {
  Properties properties{
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"partitioner", "murmur2_random"},
      {"delivery.report.only.error", "true"},
      {"linger.ms", "5"},
      {"batch.num.messages", "10000"},
      {"queue.buffering.max.messages", "200000"},
      {"queue.buffering.max.kbytes", "65536"},
      {"socket.timeout.ms", text(request_timeout_of(options))},
  };
  if (!options.transactional_id.empty()) {
    properties.emplace_back("transactional.id", options.transactional_id);
    properties.emplace_back("transaction.timeout.ms", text(options.transaction_timeout));
    properties.emplace_back("message.timeout.ms", text(options.transaction_timeout));
  }
  return properties;
}

Properties member_properties(const KafkaConnection& connection, const MembershipOptions& options) {
  const milliseconds heartbeat =
      std::clamp(connection.session_timeout / 3, milliseconds(1), milliseconds(3'000));
  Properties properties{
      {"group.id", connection.group},
      {"session.timeout.ms", text(connection.session_timeout)},
      {"max.poll.interval.ms",
       text(std::max(connection.max_poll_interval, connection.session_timeout))},
      {"heartbeat.interval.ms", text(heartbeat)},
      {"partition.assignment.strategy", "cooperative-sticky"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      // Nothing is ever read by this client.
      {"queued.max.messages.kbytes", "64"},
      {"socket.timeout.ms", text(kRequestTimeout)},
  };
  if (!options.group_instance_id.empty()) {
    properties.emplace_back("group.instance.id", options.group_instance_id);
  }
  return properties;
}

Properties admin_properties() {
  return {{"socket.timeout.ms", text(kRequestTimeout)}};
}

Result<ConfHandle> make_conf(const KafkaConnection& connection, const std::string& client_id,
                             const Properties& own) {
  ConfHandle conf(rd_kafka_conf_new());
  PAWL_TRY(set(conf.get(), "bootstrap.servers", connection.bootstrap_servers));
  PAWL_TRY(set(conf.get(), "client.id", client_id));
  for (const auto& [name, value] : shared_properties()) {
    PAWL_TRY(set(conf.get(), name, value));
  }
  for (const auto& [name, value] : own) {
    PAWL_TRY(set(conf.get(), name, value));
  }
  for (const auto& [name, value] : connection.properties) {
    if (const std::string_view refusal = refusal_of(name); !refusal.empty()) {
      return mistake(name, std::string(refusal));
    }
    PAWL_TRY(set(conf.get(), name, value));
  }
  return conf;
}

}  // namespace rdkafka

std::vector<std::string> check_kafka_properties(
    const std::map<std::string, std::string>& properties) {
  std::vector<std::string> mistakes;
  const rdkafka::ConfHandle scratch(rd_kafka_conf_new());
  for (const auto& [name, value] : properties) {
    if (const std::string_view refusal = rdkafka::refusal_of(name); !refusal.empty()) {
      mistakes.push_back(rdkafka::mistake(name, std::string(refusal)).message);
      continue;
    }
    const Result<void> set = rdkafka::set(scratch.get(), name, value);
    if (!set.has_value()) {
      mistakes.push_back(set.error().message +
                         ". Remedy: see librdkafka's CONFIGURATION.md for names and values");
    }
  }
  return mistakes;
}

}  // namespace pawl::internal

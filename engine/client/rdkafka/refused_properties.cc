#include "client/rdkafka/refused_properties.h"

#include <algorithm>
#include <array>

namespace pawl::internal::rdkafka {
namespace {

struct Refusal {
  std::string_view property;
  std::string_view reason;
};

constexpr std::string_view kOffsets =
    "pawl commits offsets itself, together with what it wrote. Remedy: settings.commit_interval";
constexpr std::string_view kStart =
    "pawl starts each partition where it was committed and never resets silently. Remedy: leave it "
    "out";
constexpr std::string_view kIsolation =
    "pawl reads committed records only, or its promise is void. Remedy: leave it out";
constexpr std::string_view kGroup = "the group is the application. Remedy: settings.application_id";
constexpr std::string_view kMember =
    "pawl names its members, so that a restart gets its tasks back. Remedy: settings.instance_id";
constexpr std::string_view kAssignor =
    "pawl hands out tasks with cooperative-sticky; members with different ones cannot be in one "
    "group. Remedy: leave it out";
constexpr std::string_view kTransaction =
    "pawl names its transactions. Remedy: settings.instance_id and settings.guarantee";
constexpr std::string_view kTransactionTimeout =
    "pawl's deadlines follow from it. Remedy: settings.transaction_timeout";
constexpr std::string_view kDelivery =
    "exactly-once needs it as pawl sets it. Remedy: leave it out";
constexpr std::string_view kMessageTimeout =
    "a record may wait as long as its transaction. Remedy: settings.transaction_timeout";
constexpr std::string_view kPartitioner =
    "records of one key must stay in the partition where Kafka Streams puts them. Remedy: a "
    "partitioner at the sink";
constexpr std::string_view kEvents = "pawl serves the client's events itself. Remedy: leave it out";
constexpr std::string_view kTopics =
    "a mistyped topic name would create a topic. Remedy: create topics on purpose";

constexpr auto kRefusals = std::to_array<Refusal>({
    {"bootstrap.servers", "it has a setting of its own. Remedy: settings.bootstrap_servers"},
    {"metadata.broker.list", "it has a setting of its own. Remedy: settings.bootstrap_servers"},
    {"client.id", "pawl names its clients after application and thread. Remedy: leave it out"},
    {"enable.auto.commit", kOffsets},
    {"auto.commit.enable", kOffsets},
    {"auto.commit.interval.ms", kOffsets},
    {"enable.auto.offset.store", kOffsets},
    {"offset.store.method", kOffsets},
    {"offset.store.path", kOffsets},
    {"offset.store.sync.interval.ms", kOffsets},
    {"auto.offset.reset", kStart},
    {"enable.partition.eof", kStart},
    {"isolation.level", kIsolation},
    {"group.id", kGroup},
    {"group.instance.id", kMember},
    {"group.protocol", kAssignor},
    {"group.protocol.type", kAssignor},
    {"group.remote.assignor", kAssignor},
    {"partition.assignment.strategy", kAssignor},
    {"session.timeout.ms", "it has a setting of its own. Remedy: settings.session_timeout"},
    {"max.poll.interval.ms", "it has a setting of its own. Remedy: settings.max_poll_interval"},
    {"fetch.wait.max.ms", "pawl sets it by what a client is for. Remedy: leave it out"},
    {"queued.max.messages.kbytes",
     "it has a setting of its own. Remedy: settings.fetch_queue_bytes_max"},
    {"transactional.id", kTransaction},
    {"transaction.timeout.ms", kTransactionTimeout},
    {"enable.idempotence", kDelivery},
    {"enable.gapless.guarantee", kDelivery},
    {"acks", kDelivery},
    {"request.required.acks", kDelivery},
    {"max.in.flight", kDelivery},
    {"max.in.flight.requests.per.connection", kDelivery},
    {"retries", kDelivery},
    {"message.send.max.retries", kDelivery},
    {"queuing.strategy", kDelivery},
    {"msg_order_cmp", kDelivery},
    {"message.timeout.ms", kMessageTimeout},
    {"delivery.timeout.ms", kMessageTimeout},
    {"delivery.report.only.error", kEvents},
    {"produce.offset.report", kEvents},
    {"enabled_events", kEvents},
    {"log.queue", kEvents},
    {"opaque", kEvents},
    {"interceptors", kEvents},
    {"default_topic_conf", kEvents},
    {"partitioner", kPartitioner},
    {"partitioner_cb", kPartitioner},
    {"allow.auto.create.topics", kTopics},
});

constexpr std::string_view kCallback = "a function cannot be given as text. Remedy: leave it out";

}  // namespace

std::string_view refusal_of(std::string_view property) {
  const Refusal* const found =
      std::find_if(kRefusals.begin(), kRefusals.end(),
                   [&](const Refusal& refusal) { return refusal.property == property; });
  if (found != kRefusals.end()) {
    return found->reason;
  }
  return property.ends_with("_cb") ? kCallback : std::string_view();
}

}  // namespace pawl::internal::rdkafka

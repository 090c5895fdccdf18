#include "client/rdkafka/clients.h"

#include "client/rdkafka/admin.h"
#include "client/rdkafka/client_log.h"
#include "client/rdkafka/config.h"
#include "client/rdkafka/consumer.h"
#include "client/rdkafka/instance.h"
#include "client/rdkafka/producer.h"
#include "client/rdkafka/response_watch.h"
#include "client/rdkafka/task_membership.h"

#include <memory>
#include <utility>

namespace pawl::internal {
namespace rdkafka {
namespace {

class KafkaClients final : public Clients {
 public:
  explicit KafkaClients(KafkaConnection connection)
      : connection_(std::move(connection)), limiter_(std::make_shared<LogLimiter>()) {}

  Result<void> connect() {
    ConfHandle conf =
        PAWL_TRY(make_conf(connection_, connection_.group + "-admin", admin_properties()));
    admin_ = std::make_unique<Admin>(PAWL_TRY(
        Instance::make(RD_KAFKA_PRODUCER, std::move(conf), log_of(connection_.group + "-admin"))));
    return {};
  }

  Result<std::unique_ptr<ConsumerClient>> make_consumer(
      const ConsumerOptions& options) const override {
    ConfHandle conf = PAWL_TRY(
        make_conf(connection_, options.client_id, consumer_properties(connection_, options)));
    return std::unique_ptr<ConsumerClient>(std::make_unique<Consumer>(
        PAWL_TRY(Instance::make(RD_KAFKA_CONSUMER, std::move(conf), log_of(options.client_id)))));
  }

  Result<std::unique_ptr<ProducerClient>> make_producer(
      const ProducerOptions& options) const override {
    ConfHandle conf =
        PAWL_TRY(make_conf(connection_, options.client_id, producer_properties(options)));
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR);
    auto instance = PAWL_TRY(Instance::make(RD_KAFKA_PRODUCER, std::move(conf),
                                            log_of(options.client_id), &leaves_taint));
    const bool transactional = !options.transactional_id.empty();
    return std::unique_ptr<ProducerClient>(std::make_unique<Producer>(
        std::move(instance), transactional ? Transactions::enabled : Transactions::disabled,
        transactional ? options.transactional_id : options.client_id));
  }

  Result<std::unique_ptr<Membership>> make_membership(
      const MembershipOptions& options) const override {
    auto make_instance = [connection = connection_, options,
                          log = log_of(options.client_id)]() -> Result<std::shared_ptr<Instance>> {
      ConfHandle conf = PAWL_TRY(
          make_conf(connection, options.client_id, member_properties(connection, options)));
      rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_REBALANCE);
      return Instance::make(RD_KAFKA_CONSUMER, std::move(conf), log, &ends_membership);
    };
    auto instance = PAWL_TRY(make_instance());
    return std::unique_ptr<Membership>(
        std::make_unique<TaskMembership>(std::move(make_instance), std::move(instance), options));
  }

  [[nodiscard]] const AdminClient& admin() const override { return *admin_; }

 private:
  [[nodiscard]] ClientLog log_of(const std::string& component) const {
    return {connection_.log, limiter_, component};
  }

  const KafkaConnection connection_;
  const std::shared_ptr<LogLimiter> limiter_;
  std::unique_ptr<Admin> admin_;
};

}  // namespace
}  // namespace rdkafka

Result<std::unique_ptr<Clients>> connect_to_kafka(const KafkaConnection& connection) {
  if (connection.bootstrap_servers.empty()) {
    return Error{ErrorKind::fatal, "no broker to connect to. Remedy: settings.bootstrap_servers"};
  }
  if (connection.group.empty()) {
    return Error{ErrorKind::fatal, "no group. Remedy: settings.application_id"};
  }
  auto clients = std::make_unique<rdkafka::KafkaClients>(connection);
  PAWL_TRY(clients->connect());
  return std::unique_ptr<Clients>(std::move(clients));
}

}  // namespace pawl::internal

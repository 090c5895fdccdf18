#include "client/rdkafka/instance.h"

#include "client/rdkafka/error.h"

#include <array>
#include <exception>
#include <utility>

namespace pawl::internal::rdkafka {
namespace {

using ErrorText = std::array<char, 512>;

}  // namespace

Instance::Instance(ClientLog log, ResponseWatch::Condition watched) : log_(std::move(log)) {
  if (watched != nullptr) {
    watch_.emplace(watched);
  }
}

Result<std::shared_ptr<Instance>> Instance::make(rd_kafka_type_t type, ConfHandle conf,
                                                 ClientLog log, ResponseWatch::Condition watched) {
  std::shared_ptr<Instance> instance(new Instance(std::move(log), watched));
  rd_kafka_conf_set_opaque(conf.get(), instance.get());
  rd_kafka_conf_set_log_cb(conf.get(), &Instance::on_log);
  if (type == RD_KAFKA_CONSUMER) {
    // Some errors of partitions come this way only. Producers report them with their records.
    rd_kafka_conf_set_error_cb(conf.get(), &Instance::on_error);
  }
  if (auto& watch = instance->watch_; watch.has_value()) {
    watch->install(conf.get());
  }
  ErrorText text{};
  instance->client_.reset(rd_kafka_new(type, conf.get(), text.data(), text.size()));
  if (instance->client_ == nullptr) {
    return Error{ErrorKind::fatal, std::string("Kafka client: ") + text.data() +
                                       ". Remedy: check the properties of the Kafka client"};
  }
  static_cast<void>(conf.release());  // owned by the client now
  return instance;
}

Instance::~Instance() {
  if (client_ != nullptr && rd_kafka_type(client_.get()) == RD_KAFKA_PRODUCER) {
    // Queued records are given up; otherwise librdkafka warns about them.
    rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    const QueueHandle reports(rd_kafka_queue_get_main(client_.get()));
    while (const EventHandle report{rd_kafka_queue_poll(reports.get(), 0)}) {
    }
  }
}

void Instance::on_log(const rd_kafka_t* client, int level, const char* facility,
                      const char* line) noexcept {
  const auto* const instance = static_cast<const Instance*>(rd_kafka_opaque(client));
  try {
    instance->log_.write_line(level, facility, rd_kafka_name(client), line);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
    // A sink that throws loses its line; C code must not be unwound.
  }
}

void Instance::on_error(rd_kafka_t* /*client*/, int code, const char* reason,
                        void* instance) noexcept {
  try {
    static_cast<Instance*>(instance)->note_error(static_cast<rd_kafka_resp_err_t>(code), reason);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
    // Out of memory: what cannot be noted is said again by the library.
  }
}

void Instance::note_error(rd_kafka_resp_err_t code, std::string_view reason) {
  if (noted_.has_value()) {
    return;
  }
  if (is_missing_topic(code)) {
    noted_ = Error{ErrorKind::fatal, to_error(code, "reading", reason).message};
  } else if (is_authorization(code)) {
    noted_ = to_error(code, "reading", reason);
  }
  // The rest is about connections, which is logged and passes.
}

std::optional<Error> Instance::take_noted_error() {
  return std::exchange(noted_, std::nullopt);
}

std::optional<Error> Instance::fatal_error(std::string_view what) const {
  ErrorText text{};
  const rd_kafka_resp_err_t code = rd_kafka_fatal_error(client_.get(), text.data(), text.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  Error error = to_error(code, what, text.data());
  if (error.kind != ErrorKind::fenced) {
    error.kind = ErrorKind::fatal;
  }
  return error;
}

}  // namespace pawl::internal::rdkafka

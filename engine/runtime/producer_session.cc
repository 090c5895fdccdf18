#include "runtime/producer_session.h"

#include <pawl/engine/metric_names.h>
#include <pawl/engine/node.h>
#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>
#include <pawl/model/mark.h>

#include <utility>

namespace pawl::internal {
namespace {

// How long a sink waits to learn how many partitions its topic has.
constexpr std::chrono::milliseconds kMetadataTimeout{10'000};

}  // namespace

ProducerSession::ProducerSession(const Clients& clients, ProducerOptions options,
                                 const Clock& clock, MetricsRecorder& metrics,
                                 const MetricLabels& labels)
    : clients_(clients),
      options_(std::move(options)),
      clock_(clock),
      replaced_(metrics.counter(metric_names::kProducersReplaced, labels)) {}

Result<void> ProducerSession::ensure_ready(std::chrono::milliseconds timeout) {
  if (client_ != nullptr && !in_transaction_ && client_->tainted()) {
    const Mark mark("tainted_producer_replaced");
    discard();
  }
  if (client_ == nullptr) {
    client_ = PAWL_TRY(clients_.make_producer(options_));
    initialised_ = false;
  }
  if (!initialised_ && transactional()) {
    const CrashPoint before("producer.before_init");
    PAWL_TRY(client_->init_transactions(timeout));
  }
  initialised_ = true;
  return {};
}

Result<void> ProducerSession::ensure_begun() {
  if (in_transaction_ || !transactional()) {
    return {};
  }
  PAWL_ASSERT(client_ != nullptr && initialised_);
  PAWL_TRY(client_->begin_transaction());
  in_transaction_ = true;
  begun_at_ = clock_.monotonic();
  failure_.reset();
  return {};
}

void ProducerSession::ended() {
  in_transaction_ = false;
  failure_.reset();
}

void ProducerSession::discard() {
  client_.reset();
  replaced_.add();
  in_transaction_ = false;
  failure_.reset();
}

void ProducerSession::send(const OutputRecord& record) {
  ++sent_;
  if (failure_.has_value()) {
    return;  // the transaction is lost already
  }
  Result<void> sent = ensure_begun();
  if (sent.has_value()) {
    sent = client_->send(record);
  }
  if (!sent.has_value()) {
    failure_ = std::move(sent).error();
  }
}

std::int32_t ProducerSession::partition_count(const std::string& topic) {
  PAWL_ASSERT(client_ != nullptr);
  const Result<std::int32_t> count = client_->partition_count(topic, kMetadataTimeout);
  if (!count.has_value()) {
    throw ProcessingStopped(count.error());
  }
  return *count;
}

}  // namespace pawl::internal

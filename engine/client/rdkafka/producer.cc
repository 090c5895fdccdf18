#include "client/rdkafka/producer.h"

#include "client/rdkafka/deadline.h"
#include "client/rdkafka/error.h"
#include "client/rdkafka/group_identity.h"
#include "client/rdkafka/message.h"
#include "client/rdkafka/partition_list.h"

#include <pawl/model/assert.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal::rdkafka {
namespace {

using std::chrono::milliseconds;

// How long one step waits while delivery reports may have to be served.
constexpr milliseconds kStep{20};
// A full queue is looked at again this often; only failures wake us up.
constexpr milliseconds kQueueFullStep{2};

rd_kafka_error_t* flush_step(rd_kafka_t* client, int timeout_ms) {
  const rd_kafka_resp_err_t code = rd_kafka_flush(client, timeout_ms);
  return code == RD_KAFKA_RESP_ERR_NO_ERROR ? nullptr : rd_kafka_error_new(code, "not yet");
}

}  // namespace

Producer::Producer(std::shared_ptr<Instance> instance, Transactions transactions, std::string name)
    : instance_(std::move(instance)),
      transactions_(transactions),
      name_(std::move(name)),
      reports_(rd_kafka_queue_get_main(instance_->get())) {}

Producer::~Producer() = default;

std::string Producer::describe(std::string_view what) const {
  return transactions_ == Transactions::enabled
             ? fmt::format("{} (transactional id '{}')", what, name_)
             : fmt::format("{} (client '{}')", what, name_);
}

void Producer::serve_reports(milliseconds wait) {
  int wait_ms = static_cast<int>(wait.count());
  while (const EventHandle event{rd_kafka_queue_poll(reports_.get(), wait_ms)}) {
    wait_ms = 0;
    while (const rd_kafka_message_t* const message = rd_kafka_event_message_next(event.get())) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && !failure_.has_value()) {
        failure_ = Failure{message->err, rd_kafka_topic_name(message->rkt), message->partition};
      }
    }
  }
}

void Producer::poll() {
  owner_.check();
  serve_reports(milliseconds(0));
}

Result<void> Producer::resume(rd_kafka_error_t* (*call)(rd_kafka_t*, int), std::string_view what,
                              milliseconds timeout) {
  const Deadline deadline(timeout);
  while (true) {
    ErrorHandle error(call(instance_->get(), deadline.remaining_ms(kStep)));
    serve_reports(milliseconds(0));
    if (error == nullptr || rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__TIMED_OUT ||
        deadline.passed()) {
      return to_result(std::move(error), describe(what));
    }
  }
}

Result<void> Producer::init_transactions(milliseconds timeout) {
  owner_.check();
  return to_result(
      ErrorHandle(rd_kafka_init_transactions(instance_->get(), static_cast<int>(timeout.count()))),
      describe("initialising transactions"));
}

Result<void> Producer::begin_transaction() {
  owner_.check();
  failure_.reset();
  return to_result(ErrorHandle(rd_kafka_begin_transaction(instance_->get())),
                   describe("beginning a transaction"));
}

rd_kafka_resp_err_t Producer::enqueue(rd_kafka_topic_t* topic, const OutputRecord& record) {
  rd_kafka_vu_t arguments[7];  // NOLINT(modernize-avoid-c-arrays): as the C API wants it
  std::size_t count = 0;
  const auto add = [&](rd_kafka_vtype_t type) -> auto& {
    arguments[count].vtype = type;
    return arguments[count++].u;
  };
  // librdkafka does not write through these pointers: it copies.
  const auto add_bytes = [&](rd_kafka_vtype_t type, const NullableBytesView& bytes) {
    if (bytes.has_value()) {
      auto& memory = add(type).mem;
      // An empty value is no null: it needs a place.
      memory.ptr = const_cast<char*>(  // NOLINT(cppcoreguidelines-pro-type-const-cast)
          bytes->data() == nullptr ? "" : bytes->data());
      memory.size = bytes->size();
    }
  };
  add(RD_KAFKA_VTYPE_RKT).rkt = topic;
  add(RD_KAFKA_VTYPE_MSGFLAGS).i = RD_KAFKA_MSG_F_COPY;
  if (record.partition.has_value()) {
    add(RD_KAFKA_VTYPE_PARTITION).i32 = record.partition->value();
  }
  add_bytes(RD_KAFKA_VTYPE_KEY, record.key);
  add_bytes(RD_KAFKA_VTYPE_VALUE, record.value);
  if (record.timestamp != Timestamp::unknown()) {
    // librdkafka takes 0 for "now", which would carry the stream time of every reader to today; the
    // next millisecond is the nearest that it can say.
    add(RD_KAFKA_VTYPE_TIMESTAMP).i64 =
        record.timestamp == Timestamp(0) ? 1 : record.timestamp.value();
  }
  HeadersHandle headers = to_native_headers(*record.headers);
  if (headers != nullptr) {
    add(RD_KAFKA_VTYPE_HEADERS).headers = headers.get();
  }
  const ErrorHandle error(rd_kafka_produceva(instance_->get(), arguments, count));
  if (error == nullptr) {
    static_cast<void>(headers.release());  // the record's now
    return RD_KAFKA_RESP_ERR_NO_ERROR;
  }
  return rd_kafka_error_code(error.get());
}

Result<void> Producer::send(const OutputRecord& record) {
  owner_.check();
  rd_kafka_topic_t* const topic = topics_.get(instance_->get(), *record.topic);
  if (topic == nullptr) {
    return to_error(rd_kafka_last_error(), fmt::format("topic '{}'", *record.topic));
  }
  rd_kafka_resp_err_t code = enqueue(topic, record);
  while (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
    const Mark mark("producer_queue_full");
    serve_reports(kQueueFullStep);
    code = enqueue(topic, record);
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return refused(code, record);
  }
  return {};
}

Error Producer::refused(rd_kafka_resp_err_t code, const OutputRecord& record) {
  if (auto fatal = instance_->fatal_error(describe("sending"))) {
    return *std::move(fatal);
  }
  const std::int32_t partition = record.partition.value_or(PartitionId(-1)).value();
  if (code == RD_KAFKA_RESP_ERR__STATE) {
    // The transaction has failed already.
    serve_reports(milliseconds(0));
    return explain(
        failure_.value_or(Failure{RD_KAFKA_RESP_ERR__PURGE_QUEUE, *record.topic, partition}));
  }
  Error error = delivery_error(code, *record.topic, partition);
  if (error.kind == ErrorKind::fatal) {
    error.message += fmt::format(". The record has {} bytes of key and {} of value",
                                 record.key.value_or(BytesView()).size(),
                                 record.value.value_or(BytesView()).size());
  }
  return error;
}

Error Producer::explain(const Failure& failure) const {
  const bool given_up = failure.code == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
                        failure.code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
  Error error = delivery_error(failure.code, failure.topic, failure.partition);
  if (!given_up || transactions_ == Transactions::disabled) {
    return error;
  }
  // In a failed transaction every call that does not fit answers with what failed it.
  const ErrorHandle cause(rd_kafka_begin_transaction(instance_->get()));
  if (cause == nullptr || (rd_kafka_error_txn_requires_abort(cause.get()) == 0 &&
                           rd_kafka_error_is_fatal(cause.get()) == 0)) {
    return error;
  }
  return to_error(cause.get(),
                  fmt::format("a record for topic '{}' was not delivered", failure.topic));
}

Result<void> Producer::flush(milliseconds timeout) {
  owner_.check();
  const Deadline deadline(timeout);
  while (true) {
    Result<void> flushed = resume(&flush_step, "flushing", std::min(timeout, kStep));
    if (auto fatal = instance_->fatal_error(describe("flushing"))) {
      return *std::move(fatal);
    }
    if (failure_.has_value()) {
      const Failure failure = *failure_;
      if (transactions_ == Transactions::disabled) {
        failure_.reset();  // a transaction stays failed until it is aborted
      }
      return explain(failure);
    }
    if (flushed.has_value() || deadline.passed()) {
      return flushed;
    }
  }
}

Result<void> Producer::send_offsets(std::span<const OffsetToCommit> offsets,
                                    const GroupIdentity& identity, milliseconds timeout) {
  owner_.check();
  PAWL_ASSERT(!offsets.empty());
  if (!sending_offsets_.running()) {
    sent_offsets_ = std::make_shared<SentOffsets>();
    const int timeout_ms = static_cast<int>(timeout.count());
    sending_offsets_.start([instance = instance_, result = sent_offsets_, timeout_ms,
                            list = std::shared_ptr(make_offset_list(offsets)),
                            group = to_native_identity(identity)] {
      result->error.reset(rd_kafka_send_offsets_to_transaction(instance->get(), list.get(),
                                                               group.get(), timeout_ms));
    });
  }
  if (!sending_offsets_.wait(timeout)) {
    const Mark mark("send_offsets_still_running");
    return Error{ErrorKind::retriable, describe("sending offsets: no answer yet")};
  }
  serve_reports(milliseconds(0));
  return to_result(std::move(sent_offsets_->error),
                   describe(fmt::format("sending offsets of group '{}'", identity.group)));
}

Result<void> Producer::commit_transaction(milliseconds timeout) {
  owner_.check();
  PAWL_ASSERT(!sending_offsets_.running());
  Result<void> committed = resume(&rd_kafka_commit_transaction, "committing", timeout);
  if (!committed.has_value() && committed.error().kind != ErrorKind::retriable && tainted()) {
    const Mark mark("commit_refused_after_unanswered_request");
    return Error{ErrorKind::outcome_unknown, committed.error().message};
  }
  if (committed.has_value()) {
    failure_.reset();
  }
  return committed;
}

Result<void> Producer::abort_transaction(milliseconds timeout) {
  owner_.check();
  const Deadline deadline(timeout);
  if (!sending_offsets_.wait(timeout)) {
    return Error{ErrorKind::retriable, describe("aborting: offsets are still being sent")};
  }
  // It drops queued records itself and skips their sequence numbers. rd_kafka_purge() would only
  // drop them, and the next transaction would fail.
  Result<void> aborted =
      resume(&rd_kafka_abort_transaction, "aborting", milliseconds(deadline.remaining_ms()));
  if (aborted.has_value()) {
    failure_.reset();
  } else if (aborted.error().kind == ErrorKind::abort_transaction) {
    return Error{ErrorKind::retriable, aborted.error().message};
  }
  return aborted;
}

Result<std::int32_t> Producer::partition_count(const std::string& topic, milliseconds timeout) {
  owner_.check();
  const auto known = partition_counts_.find(topic);
  if (known != partition_counts_.end()) {
    return known->second;
  }
  rd_kafka_topic_t* const native = topics_.get(instance_->get(), topic);
  if (native == nullptr) {
    return to_error(rd_kafka_last_error(), fmt::format("topic '{}'", topic));
  }
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t code =
      rd_kafka_metadata(instance_->get(), 0, native, &metadata, static_cast<int>(timeout.count()));
  const std::string what = fmt::format("partitions of topic '{}'", topic);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(code, what);
  }
  const std::unique_ptr<const rd_kafka_metadata_t, Deleter<rd_kafka_metadata_destroy>> owner(
      metadata);
  if (metadata->topic_cnt != 1) {
    return Error{ErrorKind::retriable, what + ": not known yet"};
  }
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return Error{ErrorKind::fatal, fmt::format("topic '{}' does not exist: create it", topic)};
  }
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(found.err, what);
  }
  partition_counts_[topic] = found.partition_cnt;
  return found.partition_cnt;
}

}  // namespace pawl::internal::rdkafka

#include "client/rdkafka/error.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <string>

namespace pawl::internal::rdkafka {
namespace {

struct Row {
  rd_kafka_resp_err_t code;
  ErrorKind kind;
};

// Sorted by what they have in common, not by code.
constexpr auto kRows = std::to_array<Row>({
    // Access refused. Retrying would only fill the broker's log.
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_SECURITY_DISABLED, ErrorKind::fatal},

    // The request can never succeed as it is.
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_INVALID_CONFIG, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, ErrorKind::fatal},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION, ErrorKind::fatal},

    // Somebody or something took the client's place: a new one can go on.
    {RD_KAFKA_RESP_ERR__FENCED, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_FENCED_MEMBER_EPOCH, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR_STALE_MEMBER_EPOCH, ErrorKind::fenced},
    // An idempotent producer that has lost its sequence.
    {RD_KAFKA_RESP_ERR__INCONSISTENT, ErrorKind::fenced},
    {RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE, ErrorKind::fenced},

    // It passes: no connection, no answer yet, somebody is busy.
    {RD_KAFKA_RESP_ERR__TRANSPORT, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__RESOLVE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__SSL, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__TIMED_OUT, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__WAIT_COORD, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__WAIT_CACHE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__IN_PROGRESS, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__CONFLICT, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__QUEUE_FULL, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__UNKNOWN_BROKER, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__RETRY, ErrorKind::retriable},
    // An admin request none of whose partitions has a leader right now.
    {RD_KAFKA_RESP_ERR__NOENT, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR__DESTROY_BROKER, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_UNKNOWN, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_ELIGIBLE_LEADERS_NOT_AVAILABLE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_NOT_CONTROLLER, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_REASSIGNMENT_IN_PROGRESS, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_NOT_COORDINATOR, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, ErrorKind::retriable},
    {RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, ErrorKind::retriable},
});

constexpr const Row* find_row(rd_kafka_resp_err_t code) {
  const Row* const row =
      std::find_if(kRows.begin(), kRows.end(), [&](const Row& each) { return each.code == code; });
  return row == kRows.end() ? nullptr : row;
}

bool never_helps(rd_kafka_resp_err_t code) {
  const Row* const row = find_row(code);
  return row != nullptr && row->kind == ErrorKind::fatal &&
         code != RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

std::string describe(rd_kafka_resp_err_t code, std::string_view what,
                     std::string_view explanation) {
  std::string text = fmt::format("{}: {} ({})", what, explanation, rd_kafka_err2name(code));
  if (is_authorization(code)) {
    text += ". Remedy: grant this client access to it";
  }
  return text;
}

}  // namespace

ErrorKind kind_of(rd_kafka_resp_err_t code) {
  const Row* const row = find_row(code);
  return row == nullptr ? ErrorKind::fatal : row->kind;
}

bool is_authorization(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED ||
         code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
}

bool is_missing_topic(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
         code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

Error to_error(rd_kafka_resp_err_t code, std::string_view what, std::string_view explanation) {
  return {kind_of(code), describe(code, what, explanation)};
}

Error to_error(rd_kafka_resp_err_t code, std::string_view what) {
  return to_error(code, what, rd_kafka_err2str(code));
}

Error to_error(const rd_kafka_error_t* error, std::string_view what) {
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  ErrorKind kind = kind_of(code);
  if (never_helps(code)) {
    kind = ErrorKind::fatal;
  } else if (rd_kafka_error_txn_requires_abort(error) != 0) {
    kind = ErrorKind::abort_transaction;
  } else if (rd_kafka_error_is_fatal(error) != 0) {
    kind = kind == ErrorKind::fenced ? ErrorKind::fenced : ErrorKind::fatal;
  } else if (rd_kafka_error_is_retriable(error) != 0) {
    kind = ErrorKind::retriable;
  }
  return {kind, describe(code, what, rd_kafka_error_string(error))};
}

Result<void> to_result(ErrorHandle error, std::string_view what) {
  if (error == nullptr) {
    return {};
  }
  return to_error(error.get(), what);
}

Error delivery_error(rd_kafka_resp_err_t code, std::string_view topic, std::int32_t partition) {
  const ErrorKind kind = is_missing_topic(code) || never_helps(code) ? ErrorKind::fatal
                         : kind_of(code) == ErrorKind::fenced        ? ErrorKind::fenced
                                                                     : ErrorKind::abort_transaction;
  const std::string what =
      partition < 0
          ? fmt::format("a record for topic '{}' was not delivered", topic)
          : fmt::format("a record for topic '{}' partition {} was not delivered", topic, partition);
  return {kind, describe(code, what, rd_kafka_err2str(code))};
}

}  // namespace pawl::internal::rdkafka

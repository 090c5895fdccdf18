#include "client/rdkafka/response_watch.h"

namespace pawl::internal::rdkafka {
namespace {

constexpr std::int16_t kLeaveGroup = 13;
constexpr std::int16_t kAddPartitionsToTxn = 24;
constexpr std::int16_t kAddOffsetsToTxn = 25;
constexpr std::int16_t kEndTxn = 26;
constexpr std::int16_t kTxnOffsetCommit = 28;

// NOLINTNEXTLINE(readability-function-size): the signature is librdkafka's
rd_kafka_resp_err_t on_response(rd_kafka_t* /*client*/, int /*socket*/, const char* /*broker*/,
                                std::int32_t /*broker_id*/, std::int16_t api_key,
                                std::int16_t /*api_version*/, std::int32_t /*correlation*/,
                                std::size_t /*bytes*/, std::int64_t /*round_trip*/,
                                rd_kafka_resp_err_t error, void* watch) noexcept {
  static_cast<ResponseWatch*>(watch)->on_response(api_key, error);
  return RD_KAFKA_RESP_ERR_NO_ERROR;
}

rd_kafka_resp_err_t on_new(rd_kafka_t* client, const rd_kafka_conf_t* /*conf*/, void* watch,
                           char* /*error_text*/, std::size_t /*error_text_size*/) noexcept {
  return rd_kafka_interceptor_add_on_response_received(client, "pawl", on_response, watch);
}

}  // namespace

void ResponseWatch::install(rd_kafka_conf_t* conf) {
  rd_kafka_conf_interceptor_add_on_new(conf, "pawl", on_new, this);
}

bool leaves_taint(std::int16_t api_key, rd_kafka_resp_err_t error) noexcept {
  const bool of_transaction = api_key == kAddPartitionsToTxn || api_key == kAddOffsetsToTxn ||
                              api_key == kEndTxn || api_key == kTxnOffsetCommit;
  // Codes below zero are librdkafka's own: the broker did not answer.
  return of_transaction && error < RD_KAFKA_RESP_ERR_UNKNOWN && error != RD_KAFKA_RESP_ERR__DESTROY;
}

bool ends_membership(std::int16_t api_key, rd_kafka_resp_err_t error) noexcept {
  return api_key == kLeaveGroup && error != RD_KAFKA_RESP_ERR__DESTROY;
}

}  // namespace pawl::internal::rdkafka

#include "client/rdkafka/message.h"

#include <optional>
#include <string>
#include <utility>

namespace pawl::internal::rdkafka {
namespace {

void release(void* message) {
  rd_kafka_message_destroy(static_cast<rd_kafka_message_t*>(message));
}

NullableBytesView bytes(const void* data, std::size_t size) {
  if (data == nullptr) {
    return std::nullopt;
  }
  return BytesView(static_cast<const char*>(data), size);
}

std::unique_ptr<Headers> headers_of(const rd_kafka_message_t& message) {
  rd_kafka_headers_t* native = nullptr;
  if (rd_kafka_message_headers(&message, &native) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return nullptr;
  }
  auto headers = std::make_unique<Headers>();
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t index = 0;
       rd_kafka_header_get_all(native, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++index) {
    const NullableBytesView view = bytes(value, size);
    headers->add(name, view.has_value() ? std::optional<Bytes>(*view) : std::nullopt);
  }
  return headers;
}

}  // namespace

ConsumedRecord to_consumed_record(rd_kafka_message_t* message) {
  MessageHandle owner(message);
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t timestamp = rd_kafka_message_timestamp(message, &type);
  InputRecord record;
  record.key = bytes(message->key, message->key_len);
  record.value = bytes(message->payload, message->len);
  record.timestamp =
      type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? Timestamp::unknown() : Timestamp(timestamp);
  record.offset = Offset(message->offset);
  record.leader_epoch = LeaderEpoch(rd_kafka_message_leader_epoch(message));
  return {record, headers_of(*message), owner.release(), &release};
}

HeadersHandle to_native_headers(const Headers& headers) {
  if (headers.empty()) {
    return nullptr;
  }
  HeadersHandle native(rd_kafka_headers_new(headers.size()));
  for (const Header& header : headers) {
    rd_kafka_header_add(native.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        header.value.has_value() ? header.value->data() : nullptr,
                        header.value.has_value() ? static_cast<ssize_t>(header.value->size()) : 0);
  }
  return native;
}

}  // namespace pawl::internal::rdkafka

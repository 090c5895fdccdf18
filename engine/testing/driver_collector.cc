#include "testing/driver_collector.h"

#include <optional>

namespace pawl::testing::internal {
namespace {

std::optional<Bytes> owned(NullableBytesView bytes) {
  return bytes.has_value() ? std::optional<Bytes>(*bytes) : std::nullopt;
}

}  // namespace

void DriverCollector::send(const OutputRecord& record) {
  ++sent_;
  ProducedRecord produced;
  produced.topic = *record.topic;
  produced.partition = record.partition;
  produced.key = owned(record.key);
  produced.value = owned(record.value);
  produced.timestamp = record.timestamp;
  produced.headers = *record.headers;
  records_.push_back(std::move(produced));
}

}  // namespace pawl::testing::internal

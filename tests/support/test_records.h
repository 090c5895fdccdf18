// Records and sources for tests of the engine's inner parts.
#pragma once

#include "client/consumer.h"

#include <pawl/engine/source_node.h>
#include <pawl/serde/primitives.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace pawl::test {

struct OwnedRecord {
  Bytes key;
  Bytes value;
};

// A record as a consumer would deliver it; it owns its bytes.
inline internal::ConsumedRecord consumed(std::int64_t offset, std::int64_t timestamp,
                                         const Bytes& value = "v", const Bytes& key = "k") {
  auto* const memory =
      new OwnedRecord{key, value};  // NOLINT(cppcoreguidelines-owning-memory): the record owns it
  InputRecord record;
  record.key = memory->key;
  record.value = memory->value;
  record.offset = Offset(offset);
  record.timestamp = Timestamp(timestamp);
  return internal::ConsumedRecord(record, nullptr, memory,
                                  [](void* owned) { delete static_cast<OwnedRecord*>(owned); });
}

// A source of strings; values "bad" cannot be decoded, "throw" make the timestamp extractor throw.
inline std::unique_ptr<AnySourceNode> string_source() {
  class PickyCodec final : public Codec<std::string> {
   public:
    void encode(const std::string& value, Bytes& out) const override { out += value; }
    Result<void> decode(BytesView bytes, std::string& value) const override {
      if (bytes == "bad") {
        return Error{ErrorKind::invalid_record, "it is bad"};
      }
      value.assign(bytes);
      return {};
    }
  };
  return std::make_unique<SourceNode<std::string, std::string>>(
      "source", serde::string(), Serde<std::string>(std::make_shared<PickyCodec>()),
      [](const Record<std::string, std::string>& record, const RecordCoordinates&, Timestamp) {
        if (*record.value == "throw") {
          throw std::runtime_error("no time in it");
        }
        return record.timestamp;
      });
}

}  // namespace pawl::test

// Serde of any Protobuf message: its binary form, nothing around it. Opt-in (link pawl::protobuf):
// this is the only header with Protobuf types. Equal messages give equal bytes as far as Protobuf's
// deterministic mode promises.
#pragma once

#include <pawl/serde/serde.h>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/message_lite.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>

namespace pawl {

template <class Message>
concept ProtobufMessage = std::derived_from<Message, google::protobuf::MessageLite>;

template <ProtobufMessage Message>
class ProtobufCodec final : public Codec<Message> {
 public:
  void encode(const Message& value, Bytes& out) const override {
    const std::size_t size = value.ByteSizeLong();
    const std::size_t at = out.size();
    out.resize(at + size);
    google::protobuf::io::ArrayOutputStream array(out.data() + at, static_cast<int>(size));
    google::protobuf::io::CodedOutputStream coded(&array);
    coded.SetSerializationDeterministic(true);
    value.SerializeWithCachedSizes(&coded);
  }
  Result<void> decode(BytesView bytes, Message& value) const override {
    if (bytes.size() > static_cast<std::size_t>(INT32_MAX) ||
        !value.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return Error{ErrorKind::invalid_record, "not a " + value.GetTypeName() + " message, bytes: " +
                                                  std::to_string(bytes.size())};
    }
    return {};
  }
};

namespace serde {

template <ProtobufMessage Message>
Serde<Message> protobuf() {
  return Serde<Message>(std::make_shared<ProtobufCodec<Message>>());
}

}  // namespace serde

template <ProtobufMessage Message>
struct DefaultSerde<Message> {
  static Serde<Message> make() { return serde::protobuf<Message>(); }
};

}  // namespace pawl

#include <pawl/serde/protobuf.h>

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl {
namespace {

using google::protobuf::Struct;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ProtobufSerde, AppendsTheBareMessage) {
  google::protobuf::Timestamp time;
  time.set_seconds(300);
  Bytes out = "x";
  default_serde<google::protobuf::Timestamp>().encode(time, out);

  EXPECT_EQ(out, "x\x08\xac\x02");
}

TEST(ProtobufSerde, WritesEqualMessagesAsEqualBytes) {
  const auto serde = serde::protobuf<Struct>();
  Struct up;
  Struct down;
  for (int field = 0; field < 100; ++field) {
    (*up.mutable_fields())[std::to_string(field)].set_number_value(field);
    (*down.mutable_fields())[std::to_string(99 - field)].set_number_value(99 - field);
  }

  EXPECT_EQ(serde.encode(up), serde.encode(down));
  EXPECT_EQ(serde.decode(serde.encode(up)).value().fields().at("42").number_value(), 42);
}

TEST(ProtobufSerde, OverwritesWhatTheMessageHeld) {
  const auto serde = serde::protobuf<google::protobuf::Timestamp>();
  google::protobuf::Timestamp time;
  time.set_nanos(5);

  ASSERT_TRUE(serde.decode("", time).has_value()) << "no bytes are a message of defaults";

  EXPECT_EQ(time.nanos(), 0);
}

TEST(ProtobufSerde, RefusesWhatIsNoMessageAndNamesTheType) {
  const auto serde = serde::protobuf<Struct>();
  Struct message;
  (*message.mutable_fields())["name"].set_string_value("value");
  const Bytes whole = serde.encode(message);
  const std::vector<Bytes> refused{whole.substr(0, whole.size() - 1), whole + "\x07",
                                   Bytes(100, '\xff'), "\x0a\xff\xff\xff\xff\x07"};

  for (const Bytes& bytes : refused) {
    const auto decoded = serde.decode(bytes);
    ASSERT_FALSE(decoded.has_value());
    EXPECT_EQ(decoded.error().kind, ErrorKind::invalid_record);
    EXPECT_THAT(decoded.error().message,
                AllOf(HasSubstr("google.protobuf.Struct"),
                      HasSubstr("bytes: " + std::to_string(bytes.size()))));
  }
}

TEST(ProtobufSerde, RefusesMessagesThatNestTooDeep) {
  google::protobuf::Value value;
  for (int depth = 0; depth < 300; ++depth) {
    google::protobuf::Value outer;
    *outer.mutable_list_value()->add_values() = value;
    value = outer;
  }
  const auto serde = serde::protobuf<google::protobuf::Value>();

  EXPECT_FALSE(serde.decode(serde.encode(value)).has_value());
}

}  // namespace
}  // namespace pawl

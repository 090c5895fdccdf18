// Serdes that users meet.
#include "fuzz/fuzz.h"

#include <pawl/serde/json.h>
#include <pawl/serde/list.h>
#include <pawl/serde/primitives.h>
#include <pawl/serde/protobuf.h>
#include <pawl/serde/uuid.h>
#include <pawl/serde/windowed.h>

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using Json = nlohmann::json;
using std::chrono::milliseconds;

// The numbers, one after the other: what one writes the other may be shown.
TEST(NumberSerdes, TakeAnyBytes) {
  fuzz({.valid =
            [](Draw& draw) {
              const auto through = [](const auto& serde, auto value) {
                const Bytes bytes = serde.encode(value);
                EXPECT_EQ(serde.encode(serde.decode(bytes).value()), bytes);
                return bytes;
              };
              const std::int64_t number = draw.int64();
              EXPECT_EQ(serde::int64().decode(serde::int64().encode(number)).value(), number);
              switch (draw.below(6)) {
                case 0:
                  return through(serde::int16(), static_cast<std::int16_t>(number));
                case 1:
                  return through(serde::int32(), static_cast<std::int32_t>(number));
                case 2:
                  return through(serde::float32(),
                                 std::bit_cast<float>(static_cast<std::int32_t>(number)));
                case 3:
                  return through(serde::float64(), std::bit_cast<double>(number));
                case 4:
                  return through(serde::boolean(), number > 0);
                default:
                  return through(serde::int64(), number);
              }
            },
        .take =
            [](BytesView bytes) {
              expect_consistent(serde::int16(), bytes);
              expect_consistent(serde::int32(), bytes);
              expect_consistent(serde::int64(), bytes);
              expect_consistent(serde::float32(), bytes);
              expect_consistent(serde::float64(), bytes);
              expect_consistent(serde::boolean(), bytes);
              expect_consistent(serde::string(), bytes);
              expect_consistent(serde::bytes_view(), bytes);
            }});
}

TEST(UuidSerde, TakesAnyBytes) {
  fuzz_serde(serde::uuid(), [](Draw& draw) { return Uuid{draw.bits(), draw.bits()}; });
}

TEST(ListSerdeOfOneSize, TakesAnyBytes) {
  fuzz_serde(serde::nullable_list(serde::int16()), [](Draw& draw) {
    std::vector<std::optional<std::int16_t>> list(draw.below(20));
    for (auto& entry : list) {
      if (!draw.one_in(3)) {
        entry = static_cast<std::int16_t>(draw.int64());
      }
    }
    return list;
  });
}

TEST(ListSerdeOfLists, TakesAnyBytes) {
  fuzz_serde(serde::list(serde::nullable_list(serde::string())), [](Draw& draw) {
    std::vector<std::vector<std::optional<std::string>>> lists(draw.below(4));
    for (auto& list : lists) {
      list.resize(draw.below(4));
      for (auto& entry : list) {
        entry = draw.nullable_bytes();
      }
    }
    return lists;
  });
}

TEST(WindowedSerdeOfTexts, TakesAnyBytes) {
  constexpr milliseconds kSize(500);
  fuzz_serde(serde::time_windowed(serde::string(), kSize), [&](Draw& draw) {
    const Timestamp start = draw.time();
    return Windowed<std::string>{draw.bytes(), {start, start + kSize}};
  });
}

TEST(SessionWindowedSerdeOfNumbers, TakesAnyBytes) {
  fuzz_serde(serde::session_windowed(serde::int32()), [](Draw& draw) {
    return Windowed<std::int32_t>{draw.int32(), {draw.time(), draw.time()}};
  });
}

Json json_value(Draw& draw, int depth) {
  switch (draw.below(depth > 0 ? 8 : 6)) {
    case 0:
      return nullptr;
    case 1:
      return draw.one_in(2);
    case 2:
      return draw.int64();
    case 3:
      return static_cast<double>(draw.int64()) / 3;
    case 4:
      return draw.bits();
    case 5:
      return draw.text();
    case 6: {
      Json list = Json::array();
      for (std::size_t left = draw.below(4); left > 0; --left) {
        list.push_back(json_value(draw, depth - 1));
      }
      return list;
    }
    default: {
      Json object = Json::object();
      for (std::size_t left = draw.below(4); left > 0; --left) {
        object[draw.text()] = json_value(draw, depth - 1);
      }
      return object;
    }
  }
}

TEST(JsonSerde, TakesAnyBytes) {
  fuzz_serde(serde::json(), [](Draw& draw) { return json_value(draw, 3); });
}

Value protobuf_value(Draw& draw, int depth) {
  Value value;
  switch (draw.below(depth > 0 ? 6 : 4)) {
    case 0:
      value.set_null_value(google::protobuf::NULL_VALUE);
      break;
    case 1:
      value.set_number_value(static_cast<double>(draw.int64()));
      break;
    case 2:
      value.set_string_value(draw.text());
      break;
    case 3:
      value.set_bool_value(draw.one_in(2));
      break;
    case 4:
      for (std::size_t left = draw.below(4); left > 0; --left) {
        *value.mutable_list_value()->add_values() = protobuf_value(draw, depth - 1);
      }
      break;
    default:
      for (std::size_t left = draw.below(4); left > 0; --left) {
        (*value.mutable_struct_value()->mutable_fields())[draw.text()] =
            protobuf_value(draw, depth - 1);
      }
  }
  return value;
}

// What Protobuf reserves at most for a text within a message that says to be longer than it is.
constexpr std::size_t kReservedByProtobuf = 50'000'100;

TEST(ProtobufSerde, TakesAnyBytes) {
  const google::protobuf::LogSilencer silent;  // of every text that is not UTF-8
  fuzz_serde(
      serde::protobuf<Struct>(),
      [](Draw& draw) {
        Struct message;
        for (std::size_t left = draw.below(4); left > 0; --left) {
          (*message.mutable_fields())[draw.text()] = protobuf_value(draw, 3);
        }
        return message;
      },
      [](const Struct& left, const Struct& right) {
        return left.ShortDebugString() == right.ShortDebugString();
      },
      kReservedByProtobuf);
}

}  // namespace
}  // namespace pawl::test

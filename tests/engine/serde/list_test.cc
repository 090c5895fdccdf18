#include <pawl/serde/list.h>
#include <pawl/serde/primitives.h>
#include <pawl/serde/uuid.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pawl {
namespace {

using ::testing::HasSubstr;
using Longs = std::vector<std::optional<std::int64_t>>;

std::string refusal_of(const auto& decoded) {
  EXPECT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().kind, ErrorKind::invalid_record);
  return decoded.error().message;
}

TEST(ListSerde, WritesEntriesOfOneSizeWithoutTheirSizes) {
  const Longs list{1, std::nullopt};
  const Bytes bytes("\0\0\0\0\1\0\0\0\1\0\0\0\2\0\0\0\0\0\0\0\1", 21);

  EXPECT_EQ(default_serde<Longs>().encode(list), bytes);
  EXPECT_EQ(default_serde<Longs>().decode(bytes).value(), list);
}

TEST(ListSerde, WritesOtherEntriesWithTheirSizes) {
  const auto serde = serde::list(serde::string());

  EXPECT_EQ(serde.encode({"a", ""}), Bytes("\1\0\0\0\2\0\0\0\1a\0\0\0\0", 14));
}

// Kafka's list knows five types of numbers and UUIDs; a boolean is written with its size.
TEST(ListSerde, KnowsTheTypesOfOneSizeThatKafkaKnows) {
  EXPECT_EQ(serde::list(serde::boolean()).encode({true}), Bytes("\1\0\0\0\1\0\0\0\1\1", 10));
  EXPECT_EQ(serde::list(serde::int16()).encode({7}).size(), 1U + 4 + 4 + 2);
  EXPECT_EQ(serde::list(serde::int32()).encode({7}).size(), 1U + 4 + 4 + 4);
  EXPECT_EQ(serde::list(serde::float32()).encode({7}).size(), 1U + 4 + 4 + 4);
  EXPECT_EQ(serde::list(serde::float64()).encode({7}).size(), 1U + 4 + 4 + 8);
  EXPECT_EQ(serde::list(serde::uuid()).encode({Uuid{}}).size(), 1U + 4 + 4 + 36);
}

// Kafka looks every index up in the list of nulls, whatever its order.
TEST(ListSerde, TakesNullsInAnyOrder) {
  const Bytes bytes("\0\0\0\0\3\0\0\0\2\0\0\0\0\0\0\0\2\0\0\0\3\0\0\0\0\0\0\0\1", 29);

  EXPECT_EQ(default_serde<Longs>().decode(bytes).value(), (Longs{std::nullopt, 1, std::nullopt}));
}

TEST(ListSerde, NestsLists) {
  const std::vector<std::vector<bool>> lists{{true, false}, {}};
  const auto serde = default_serde<std::vector<std::vector<bool>>>();

  EXPECT_EQ(serde.decode(serde.encode(lists)).value(), lists);
}

TEST(ListSerde, NamesTheRemedyForANullThatItsTypeCannotHold) {
  const auto serde = serde::list(serde::int64());
  const Bytes with_null = default_serde<Longs>().encode({1, std::nullopt});

  EXPECT_THAT(refusal_of(serde.decode(with_null)), HasSubstr("nullable_list"));
}

TEST(ListSerde, RefusesWhatIsCutOffOrGoesOn) {
  const auto longs = serde::nullable_list(serde::int64());
  const auto texts = serde::nullable_list(serde::string());
  const Bytes of_longs = longs.encode({1, std::nullopt, 3});
  const Bytes of_texts = texts.encode({"a", std::nullopt, ""});
  for (std::size_t size = 0; size < of_longs.size(); ++size) {
    EXPECT_FALSE(longs.decode(of_longs.substr(0, size)).has_value()) << size;
  }
  for (std::size_t size = 0; size < of_texts.size(); ++size) {
    EXPECT_FALSE(texts.decode(of_texts.substr(0, size)).has_value()) << size;
  }
  EXPECT_THAT(refusal_of(longs.decode(of_longs + "x")), HasSubstr("goes on"));
  EXPECT_THAT(refusal_of(texts.decode(of_texts + "x")), HasSubstr("goes on"));
}

// No memory is taken for what is only said to be there.
TEST(ListSerde, RefusesSizesThatItsBytesCannotHave) {
  const auto longs = serde::list(serde::int64());
  const auto texts = serde::list(serde::string());

  EXPECT_THAT(refusal_of(longs.decode(Bytes("\0\x7f\xff\xff\xff\0\0\0\0", 9))), HasSubstr("nulls"));
  EXPECT_THAT(refusal_of(longs.decode(Bytes("\0\0\0\0\0\x7f\xff\xff\xff", 9))),
              HasSubstr("entries"));
  EXPECT_THAT(refusal_of(texts.decode(Bytes("\1\x7f\xff\xff\xff", 5))), HasSubstr("number"));
  EXPECT_THAT(refusal_of(texts.decode(Bytes("\1\0\0\0\1\x7f\xff\xff\xff", 9))),
              HasSubstr("within an entry"));
  EXPECT_THAT(refusal_of(texts.decode(Bytes("\1\0\0\0\1\xff\xff\xff\xfe", 9))),
              HasSubstr("negative"));
  EXPECT_THAT(refusal_of(texts.decode(Bytes("\0\0\0\0\0\0\0\0\0", 9))), HasSubstr("of one size"));
  EXPECT_THAT(refusal_of(texts.decode("\2")), HasSubstr("00 nor 01"));
}

}  // namespace
}  // namespace pawl

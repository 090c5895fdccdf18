// What pawl itself writes to topics: changes of regrouped tables, the two sides of a foreign-key
// join, records that met none, offset metadata.
#include "fuzz/fuzz.h"
#include "task/offset_metadata.h"

#include <pawl/operators/change_codec.h>
#include <pawl/operators/foreign_key/subscription_codec.h>
#include <pawl/operators/nodes/unmatched_row.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

std::optional<internal::Hash128> hash(Draw& draw) {
  return draw.one_in(3) ? std::nullopt : std::optional(internal::Hash128{draw.bits(), draw.bits()});
}

TEST(ChangeCodec, TakesAnyBytes) {
  using Change = internal::OwnedChange<std::string>;
  fuzz_serde(
      internal::change_serde(serde::string()),
      [](Draw& draw) {
        Change change{draw.nullable_bytes(), draw.nullable_bytes()};
        if (!change.new_value.has_value() && !change.old_value.has_value()) {
          change.new_value = draw.bytes();
        }
        return change;
      },
      [](const Change& left, const Change& right) {
        return left.new_value == right.new_value && left.old_value == right.old_value;
      });
}

TEST(SubscriptionCodec, TakesAnyBytes) {
  using Subscription = internal::Subscription<std::string>;
  fuzz_serde(
      internal::subscription_serde(serde::string()),
      [](Draw& draw) {
        Subscription value;
        value.hash = hash(draw);
        value.instruction = static_cast<internal::SubscriptionInstruction>(draw.below(4));
        value.primary_key = draw.bytes();
        if (draw.one_in(2)) {
          value.primary_partition = PartitionId(draw.int32());
        }
        return value;
      },
      [](const Subscription& left, const Subscription& right) {
        return left.hash == right.hash && left.instruction == right.instruction &&
               left.primary_key == right.primary_key &&
               left.primary_partition == right.primary_partition;
      });
}

TEST(SubscriptionResponseCodec, TakesAnyBytes) {
  using Response = internal::SubscriptionResponse<std::string>;
  fuzz_serde(
      internal::subscription_response_serde(serde::string()),
      [](Draw& draw) { return Response{hash(draw), draw.nullable_bytes(), std::nullopt}; },
      [](const Response& left, const Response& right) {
        return left.hash == right.hash && left.foreign_value == right.foreign_value;
      });
}

TEST(UnmatchedRow, TakesAnyBytes) {
  fuzz({.valid =
            [](Draw& draw) {
              std::vector<Bytes> values(1 + draw.below(4));
              Bytes row;
              for (Bytes& value : values) {
                value = draw.bytes();
                EXPECT_TRUE(internal::append_unmatched_value(internal::JoinSide::left, value, row));
              }
              const auto decoded = internal::decode_unmatched_values(row);
              EXPECT_TRUE(decoded.has_value() && std::equal(decoded->begin(), decoded->end(),
                                                            values.begin(), values.end()));
              return row;
            },
        .take =
            [](BytesView bytes) {
              Bytes row(bytes);
              const auto decoded = internal::decode_unmatched_values(bytes);
              const bool appended =
                  internal::append_unmatched_value(internal::JoinSide::right, "more", row);
              if (decoded.has_value()) {
                ASSERT_TRUE(appended);
                const auto longer = internal::decode_unmatched_values(row);
                ASSERT_TRUE(longer.has_value());
                EXPECT_EQ(longer->size(), decoded->size() + 1);
                EXPECT_EQ(longer->back(), "more");
              }
              const auto key = internal::decode_unmatched_key(bytes);
              if (key.has_value()) {
                Bytes encoded;
                internal::encode_unmatched_key(*key, encoded);
                EXPECT_EQ(encoded, bytes);
              }
            }});
}

TEST(OffsetMetadata, TakesAnyText) {
  fuzz({.valid =
            [](Draw& draw) {
              internal::OffsetMetadata metadata;
              metadata.partition_time = Timestamp(draw.int64());
              for (std::size_t left = draw.below(4); left > 0; --left) {
                metadata.entries[draw.bytes()] = draw.int64();
              }
              const std::string text = internal::encode_offset_metadata(metadata);
              const auto decoded = internal::decode_offset_metadata(text);
              EXPECT_TRUE(decoded.has_value() && *decoded == metadata);
              return text;
            },
        .take =
            [](BytesView bytes) {
              const auto decoded = internal::decode_offset_metadata(bytes);
              if (!decoded.has_value()) {
                EXPECT_EQ(decoded.error().kind, ErrorKind::invalid_record);
                return;
              }
              const auto again =
                  internal::decode_offset_metadata(internal::encode_offset_metadata(*decoded));
              ASSERT_TRUE(again.has_value()) << again.error();
              EXPECT_EQ(*again, *decoded);
            }});
}

}  // namespace
}  // namespace pawl::test

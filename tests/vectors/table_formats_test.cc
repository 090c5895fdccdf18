// Checks of what tables send through their repartition topics, and of what foreign-key joins send
// and keep.
#include "vectors/format_checks.h"

#include <pawl/operators/change_codec.h>
#include <pawl/operators/foreign_key/subscription_codec.h>
#include <pawl/operators/foreign_key/subscription_key.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace pawl::test {
namespace {

using Json = nlohmann::json;

std::optional<std::string> text_in(const Json& row, const char* name) {
  return row.at(name).is_null() ? std::nullopt : std::optional(row.at(name).get<std::string>());
}
std::optional<internal::Hash128> hash_in(const Json& row) {
  const Json& hash = row.at("hash");
  if (hash.is_null()) {
    return std::nullopt;
  }
  return internal::Hash128{static_cast<std::uint64_t>(hash.at(0).get<std::int64_t>()),
                           static_cast<std::uint64_t>(hash.at(1).get<std::int64_t>())};
}

TEST(Murmur3, EqualsTheHashOfForeignKeyJoins) {
  const std::vector<Json> rows = read_json_lines("unit/murmur3_128.jsonl");
  ASSERT_EQ(rows.size(), 130U);
  for (const Json& row : rows) {
    const internal::Hash128 hash =
        internal::murmur3_128(from_hex(row.at("dataHex").get<std::string>()));
    EXPECT_EQ(static_cast<std::int64_t>(hash.high), row.at("h1").get<std::int64_t>()) << row;
    EXPECT_EQ(static_cast<std::int64_t>(hash.low), row.at("h2").get<std::int64_t>()) << row;
  }
}

void check_change(const std::vector<Json>& rows) {
  const auto serde = internal::change_serde(serde::string());
  for (const Json& row : rows) {
    const internal::OwnedChange<std::string> change{text_in(row, "new"), text_in(row, "old")};

    EXPECT_EQ(serde.encode(change), bytes_in(row)) << row;
    const auto decoded = serde.decode(bytes_in(row));
    ASSERT_TRUE(decoded.has_value()) << row << decoded.error();
    EXPECT_EQ(decoded->new_value, change.new_value) << row;
    EXPECT_EQ(decoded->old_value, change.old_value) << row;
  }
}

void check_zigzag(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const auto value = row.at("value").get<std::int32_t>();
    Bytes encoded;
    internal::append_zigzag(value, encoded);
    EXPECT_EQ(encoded, bytes_in(row)) << row;
    BytesView rest = encoded;
    EXPECT_EQ(internal::take_zigzag(rest), value) << row;
    EXPECT_TRUE(rest.empty()) << row;
  }
}

void check_subscription(const std::vector<Json>& rows) {
  const auto serde = internal::subscription_serde(serde::string());
  for (const Json& row : rows) {
    internal::Subscription<std::string> subscription;
    subscription.hash = hash_in(row);
    subscription.instruction =
        static_cast<internal::SubscriptionInstruction>(row.at("instruction").get<int>());
    subscription.primary_key = row.at("primaryKey").get<std::string>();
    if (!row.at("primaryPartition").is_null()) {
      subscription.primary_partition = PartitionId(row.at("primaryPartition").get<std::int32_t>());
    }

    EXPECT_EQ(serde.encode(subscription), bytes_in(row)) << row;
    const auto decoded = serde.decode(bytes_in(row));
    ASSERT_TRUE(decoded.has_value()) << row << decoded.error();
    EXPECT_EQ(decoded->hash, subscription.hash) << row;
    EXPECT_EQ(decoded->instruction, subscription.instruction) << row;
    EXPECT_EQ(decoded->primary_key, subscription.primary_key) << row;
    EXPECT_EQ(decoded->primary_partition, subscription.primary_partition) << row;
  }
}

void check_subscription_response(const std::vector<Json>& rows) {
  const auto serde =
      internal::subscription_response_serde(serde::string(), internal::EmptyForeignValues::as_none);
  for (const Json& row : rows) {
    internal::SubscriptionResponse<std::string> response;
    response.hash = hash_in(row);
    response.foreign_value = text_in(row, "foreignValue");

    EXPECT_EQ(serde.encode(response), bytes_in(row)) << row;
    const auto decoded = serde.decode(bytes_in(row));
    ASSERT_TRUE(decoded.has_value()) << row << decoded.error();
    EXPECT_EQ(decoded->hash, response.hash) << row;
    // "an empty foreign value deserializes as null"
    EXPECT_EQ(decoded->foreign_value,
              response.foreign_value == "" ? std::nullopt : response.foreign_value)
        << row;
  }
}

void check_subscription_key(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const auto foreign_key = row.at("foreignKey").get<std::string>();
    Bytes key;
    internal::encode_subscription_key(serde::string(), foreign_key, serde::string(),
                                      row.at("primaryKey").get<std::string>(), key);
    Bytes prefix;
    internal::encode_subscription_prefix(serde::string(), foreign_key, prefix);

    EXPECT_EQ(key, bytes_in(row)) << row;
    EXPECT_TRUE(key.starts_with(prefix)) << row;
  }
}

TEST(ChangeFormat, TakesWhatNewerVersionsMarkAsTheLatest) {
  const auto serde = internal::change_serde(serde::string());

  const auto decoded = serde.decode(from_hex("6e65770104"));

  ASSERT_TRUE(decoded.has_value()) << decoded.error();
  EXPECT_EQ(decoded->new_value, "new");
  EXPECT_EQ(decoded->old_value, std::nullopt);
}

TEST(ChangeFormat, RefusesWhatIsNone) {
  const auto serde = internal::change_serde(serde::string());
  for (const char* hex : {"", "6e657706", "ff6e02", "106e02", "ffffffffffff02"}) {
    EXPECT_FALSE(serde.decode(from_hex(hex)).has_value()) << hex;
  }
}

TEST(SubscriptionFormat, RefusesWhatIsNone) {
  const auto serde = internal::subscription_serde(serde::string());
  for (const char* hex : {"", "01", "0200", "0104", "0001706b", "8101706b"}) {
    EXPECT_FALSE(serde.decode(from_hex(hex)).has_value()) << hex;
  }
}

TEST(SubscriptionResponseFormat, NativelyTellsAnEmptyForeignValueFromNone) {
  const auto serde = internal::subscription_response_serde(serde::string());
  for (const std::optional<std::string>& value :
       {std::optional<std::string>(), std::optional<std::string>(""),
        std::optional<std::string>("FV")}) {
    const auto decoded = serde.decode(serde.encode({std::nullopt, value, std::nullopt}));

    ASSERT_TRUE(decoded.has_value()) << decoded.error();
    EXPECT_EQ(decoded->foreign_value, value);
  }
}

}  // namespace

FormatChecks table_format_checks() {
  return {{"change", check_change},
          {"varint-zigzag", check_zigzag},
          {"fk-subscription", check_subscription},
          {"fk-response", check_subscription_response},
          {"fk-combined-key", check_subscription_key}};
}

}  // namespace pawl::test

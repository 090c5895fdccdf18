// Compares what tables send through their repartition topics, and what foreign-key joins send and
// store, with unit/formats.jsonl and unit/murmur3_128.jsonl, in both directions.
#include "vectors/vector_json.h"

#include <pawl/operators/change_codec.h>
#include <pawl/operators/foreign_key/subscription_codec.h>
#include <pawl/operators/foreign_key/subscription_key.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>

namespace pawl::test {
namespace {

using Json = nlohmann::json;

// The rows of one format; every one must be there.
std::vector<Json> rows_of(const std::string& format, std::size_t count) {
  std::vector<Json> rows;
  for (Json& row : read_json_lines("unit/formats.jsonl")) {
    if (row.at("format") == format) {
      rows.push_back(std::move(row));
    }
  }
  EXPECT_EQ(rows.size(), count) << format;
  return rows;
}

Bytes bytes_in(const Json& row) {
  return from_hex(row.at("hex").get<std::string>());
}
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

TEST(ChangeFormat, EqualsThatOfKafkaStreams) {
  const auto serde = internal::change_serde(serde::string());
  for (const Json& row : rows_of("change", 8)) {
    const internal::OwnedChange<std::string> change{text_in(row, "new"), text_in(row, "old")};

    EXPECT_EQ(serde.encode(change), bytes_in(row)) << row;
    const auto decoded = serde.decode(bytes_in(row));
    ASSERT_TRUE(decoded.has_value()) << row << decoded.error();
    EXPECT_EQ(decoded->new_value, change.new_value) << row;
    EXPECT_EQ(decoded->old_value, change.old_value) << row;
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

TEST(ZigzagFormat, EqualsThatOfKafka) {
  for (const Json& row : rows_of("varint-zigzag", 14)) {
    const auto value = row.at("value").get<std::int32_t>();
    Bytes encoded;
    internal::append_zigzag(value, encoded);
    EXPECT_EQ(encoded, bytes_in(row)) << row;
    BytesView rest = encoded;
    EXPECT_EQ(internal::take_zigzag(rest), value) << row;
    EXPECT_TRUE(rest.empty()) << row;
  }
}

TEST(SubscriptionFormat, EqualsThatOfKafkaStreams) {
  const auto serde = internal::subscription_serde(serde::string());
  for (const Json& row : rows_of("fk-subscription", 16)) {
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

TEST(SubscriptionFormat, RefusesWhatIsNone) {
  const auto serde = internal::subscription_serde(serde::string());
  for (const char* hex : {"", "01", "0200", "0104", "0001706b", "8101706b"}) {
    EXPECT_FALSE(serde.decode(from_hex(hex)).has_value()) << hex;
  }
}

TEST(SubscriptionResponseFormat, EqualsThatOfKafkaStreams) {
  const auto serde =
      internal::subscription_response_serde(serde::string(), internal::EmptyForeignValues::as_none);
  for (const Json& row : rows_of("fk-response", 5)) {
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

// Whatever is decoded is encoded to something that decodes to the same.
template <class T>
void expect_stable(const Serde<T>& serde, const Bytes& bytes) {
  const Result<T> decoded = serde.decode(bytes);
  if (decoded.has_value()) {
    const Bytes encoded = serde.encode(*decoded);
    const Result<T> again = serde.decode(encoded);
    ASSERT_TRUE(again.has_value()) << again.error();
    EXPECT_EQ(serde.encode(*again), encoded);
  }
}

TEST(TableFormats, TakeRandomBytes) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 engine(seed);
  const auto draw = [&](int to) { return std::uniform_int_distribution<int>(0, to)(engine); };
  for (int round = 0; round < 100'000; ++round) {
    Bytes bytes(static_cast<std::size_t>(draw(40)), '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(draw(1) == 0 ? draw(5) : draw(255));
    }
    expect_stable(internal::change_serde(serde::string()), bytes);
    expect_stable(internal::subscription_serde(serde::string()), bytes);
    expect_stable(internal::subscription_response_serde(serde::string()), bytes);
  }
}

TEST(SubscriptionKeyFormat, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("fk-combined-key", 4)) {
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

}  // namespace
}  // namespace pawl::test

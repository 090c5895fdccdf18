// Checks of what serdes write, and of what buffers and left or outer joins keep.
#include "codec/buffered_change.h"
#include "codec/timestamped_value.h"
#include "vectors/format_checks.h"

#include <pawl/operators/nodes/unmatched_row.h>
#include <pawl/serde/list.h>
#include <pawl/serde/primitives.h>
#include <pawl/serde/uuid.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <string>

namespace pawl::test {
namespace {

using Json = nlohmann::json;

template <class T>
void check_serde(const Serde<T>& serde, const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const T value = row.at("value").get<T>();
    EXPECT_EQ(serde.encode(value), bytes_in(row)) << row;
    EXPECT_EQ(serde.decode(bytes_in(row)).value(), value) << row;
  }
}

// Their values are texts, because JSON knows neither -0.0 nor NaN.
template <class T>
void check_floating_serde(const Serde<T>& serde, const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const T value = static_cast<T>(std::stod(row.at("value").get<std::string>()));
    EXPECT_EQ(serde.encode(value), bytes_in(row)) << row;
    const T decoded = serde.decode(bytes_in(row)).value();
    EXPECT_TRUE(decoded == value || (std::isnan(decoded) && std::isnan(value))) << row;
    EXPECT_EQ(std::signbit(decoded), std::signbit(value)) << row;
  }
}

void check_uuid(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const auto text = row.at("value").get<std::string>();
    EXPECT_EQ(serde::uuid().encode(Uuid::parse(text).value()), bytes_in(row)) << row;
    EXPECT_EQ(to_string(serde::uuid().decode(bytes_in(row)).value()), text) << row;
  }
}

template <class T, class FromJson>
void check_list(const Serde<T>& inner, const Json& row, FromJson from_json) {
  std::vector<std::optional<T>> list;
  for (const Json& value : row.at("value")) {
    list.push_back(value.is_null() ? std::nullopt : std::optional<T>(from_json(value)));
  }
  const auto serde = serde::nullable_list(inner);
  EXPECT_EQ(serde.encode(list), bytes_in(row)) << row;
  EXPECT_EQ(serde.decode(bytes_in(row)).value(), list) << row;
}

void check_lists(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const auto inner = row.at("inner").get<std::string>();
    if (inner == "string") {
      check_list(serde::string(), row, [](const Json& json) { return json.get<std::string>(); });
    } else if (inner == "bytes") {
      check_list(serde::bytes(), row,
                 [](const Json& json) { return from_hex(json.get<std::string>()); });
    } else {
      ASSERT_EQ(inner, "long");
      check_list(serde::int64(), row, [](const Json& json) { return json.get<std::int64_t>(); });
    }
  }
}

void check_timestamped_value(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const Timestamp timestamp(row.at("timestamp").get<std::int64_t>());
    Bytes stored;
    internal::encode_timestamped(timestamp, row.at("value").get<std::string>(), stored);

    EXPECT_EQ(stored, bytes_in(row, "storeHex")) << row;
    EXPECT_EQ(internal::plain_value_of(stored), bytes_in(row, "changelogValueHex")) << row;
    EXPECT_EQ(internal::timestamp_of(stored).value(),
              row.at("changelogTimestamp").get<std::int64_t>());
  }
}

// Lifetime: `topic` must outlive the result.
BufferedContext context_from(const Json& row, const std::string& topic) {
  BufferedContext context;
  context.timestamp = Timestamp(row.at("timestamp").get<std::int64_t>());
  context.offset = Offset(row.at("offset").get<std::int64_t>());
  context.topic = topic;
  context.partition = PartitionId(row.at("partition").get<std::int32_t>());
  for (const Json& header : row.at("headers")) {
    context.headers.add(header.at(0).get<std::string>(), nullable_in(header.at(1)));
  }
  return context;
}

// Returns: the recorded contexts by their bytes.
std::map<Bytes, Json> contexts() {
  std::map<Bytes, Json> result;
  for (const Json& row : format_rows("record-context")) {
    result[bytes_in(row)] = row;
  }
  return result;
}

// A context is never alone: it is compared in front of a change without values.
void check_contexts(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const auto topic = row.at("topic").get<std::string>();
    internal::TimedChange timed;
    timed.change.context = context_from(row, topic);
    Bytes encoded;
    internal::encode_buffered_change(timed, encoded);

    EXPECT_TRUE(encoded.starts_with(bytes_in(row))) << row;
  }
}

void check_suppress_changelog(const std::vector<Json>& rows) {
  const std::map<Bytes, Json> recorded = contexts();
  for (const Json& row : rows) {
    const auto found = recorded.find(bytes_in(row, "contextHex"));
    ASSERT_NE(found, recorded.end()) << row;
    const auto topic = found->second.at("topic").get<std::string>();
    internal::TimedChange timed;
    timed.buffer_time = Timestamp(row.at("bufferTime").get<std::int64_t>());
    timed.change = {nullable_in(row.at("priorHex")), nullable_in(row.at("oldHex")),
                    nullable_in(row.at("newHex")), context_from(found->second, topic)};
    Bytes encoded;
    internal::encode_buffered_change(timed, encoded);

    EXPECT_EQ(encoded, bytes_in(row)) << row;
    ChangelogRecord record;
    record.value = encoded;
    record.headers = &internal::buffered_change_headers();
    const auto decoded = internal::decode_buffered_change(record);
    ASSERT_TRUE(decoded.has_value()) << row << decoded.error();
    EXPECT_EQ(decoded->buffer_time, timed.buffer_time) << row;
    EXPECT_EQ(decoded->change.prior, timed.change.prior) << row;
    EXPECT_EQ(decoded->change.old_value, timed.change.old_value) << row;
    EXPECT_EQ(decoded->change.new_value, timed.change.new_value) << row;
    EXPECT_EQ(decoded->change.context.topic, topic) << row;
    EXPECT_EQ(decoded->change.context.headers, timed.change.context.headers) << row;
  }
}

void check_buffered_record(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const Bytes bytes = bytes_in(row);
    const Result<internal::TimedChange> decoded = internal::decode_buffered_change(
        {"", NullableBytesView(bytes), Timestamp::unknown(), &internal::buffered_change_headers()});
    ASSERT_TRUE(decoded.has_value()) << decoded.error();
    EXPECT_EQ(decoded->change.new_value, row.at("value").get<std::string>());

    Bytes encoded;
    internal::encode_buffered_change(*decoded, encoded);
    EXPECT_EQ(encoded, bytes);
  }
}

// The row of Java's store is its changelog's value without the time at the end, which is 0 there;
// ours are the same bytes in both.
void check_buffered_record_row(const std::vector<Json>& rows) {
  constexpr std::size_t kTimeSize = 8;
  const std::map<Bytes, Json> recorded = contexts();
  for (const Json& row : rows) {
    const Json& context = recorded.at(bytes_in(row, "contextHex"));
    const auto topic = context.at("topic").get<std::string>();
    internal::TimedChange timed;
    timed.buffer_time = Timestamp(0);
    timed.change.new_value = row.at("value").get<std::string>();
    timed.change.context = context_from(context, topic);
    Bytes encoded;
    internal::encode_buffered_change(timed, encoded);

    EXPECT_EQ(encoded, bytes_in(row) + Bytes(kTimeSize, '\0')) << row;
  }
}

internal::JoinSide side_in(const Json& row) {
  return row.at("side") == "left" ? internal::JoinSide::left : internal::JoinSide::right;
}

void check_unmatched_key(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const auto key = row.at("key").get<std::string>();
    const Timestamp timestamp(row.at("timestamp").get<std::int64_t>());
    Bytes encoded;
    internal::encode_unmatched_key({timestamp, side_in(row), key}, encoded);

    EXPECT_EQ(encoded, bytes_in(row)) << row;
    const auto decoded = internal::decode_unmatched_key(encoded);
    ASSERT_TRUE(decoded.has_value()) << row;
    EXPECT_EQ(decoded->timestamp, timestamp) << row;
    EXPECT_EQ(decoded->side, side_in(row)) << row;
    EXPECT_EQ(decoded->key, key) << row;
  }
}

// The value of a row is a list of such elements.
void check_unmatched_value(const std::vector<Json>& rows) {
  constexpr std::size_t kBeforeFirstElement = 9;
  for (const Json& row : rows) {
    Bytes encoded;
    EXPECT_TRUE(internal::append_unmatched_value(side_in(row), row.at("value").get<std::string>(),
                                                 encoded));

    EXPECT_EQ(encoded.substr(kBeforeFirstElement), bytes_in(row)) << row;
  }
}

void check_unmatched_row(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    Bytes encoded;
    std::vector<Bytes> values;
    for (const Json& element : row.at("valuesHex")) {
      const Bytes bytes = from_hex(element.get<std::string>());
      EXPECT_TRUE(internal::append_unmatched_value(static_cast<internal::JoinSide>(bytes.front()),
                                                   bytes.substr(1), encoded));
      values.push_back(bytes.substr(1));
    }

    EXPECT_EQ(encoded, bytes_in(row)) << row;
    const auto decoded = internal::decode_unmatched_values(encoded);
    ASSERT_TRUE(decoded.has_value()) << row;
    EXPECT_THAT(*decoded, ::testing::ElementsAreArray(values)) << row;
  }
}

TEST(SuppressChangelogFormat, IsMarkedWithItsVersion) {
  EXPECT_EQ(internal::buffered_change_headers(), (Headers{{"v", "\x03"}}));
}

TEST(UnmatchedValueFormat, RefusesWhatIsCutOff) {
  Bytes row;
  ASSERT_TRUE(internal::append_unmatched_value(internal::JoinSide::left, "value", row));
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(internal::decode_unmatched_values(row.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(internal::decode_unmatched_key("12345678").has_value());
  for (Bytes broken :
       {Bytes("\1\0\0\0", 4), Bytes("\0\0\0\0\1", 5), Bytes("\1\xff\xff\xff\xff", 5)}) {
    EXPECT_FALSE(internal::append_unmatched_value(internal::JoinSide::left, "value", broken));
  }
}

}  // namespace

FormatChecks value_format_checks() {
  return {
      {"serde.boolean", [](const std::vector<Json>& rows) { check_serde(serde::boolean(), rows); }},
      {"serde.short", [](const std::vector<Json>& rows) { check_serde(serde::int16(), rows); }},
      {"serde.integer", [](const std::vector<Json>& rows) { check_serde(serde::int32(), rows); }},
      {"serde.long", [](const std::vector<Json>& rows) { check_serde(serde::int64(), rows); }},
      {"serde.string", [](const std::vector<Json>& rows) { check_serde(serde::string(), rows); }},
      {"serde.float",
       [](const std::vector<Json>& rows) { check_floating_serde(serde::float32(), rows); }},
      {"serde.double",
       [](const std::vector<Json>& rows) { check_floating_serde(serde::float64(), rows); }},
      {"serde.uuid", check_uuid},
      {"serde.list", check_lists},
      {"timestamped-value", check_timestamped_value},
      {"record-context", check_contexts},
      {"suppress-changelog-value.v3", check_suppress_changelog},
      {"stream-table-buffer.changelog-value", check_buffered_record},
      {"stream-table-buffer.store-value", check_buffered_record_row},
      {"outer-join-key", check_unmatched_key},
      {"outer-join-value", check_unmatched_value},
      {"outer-join-row", check_unmatched_row}};
}

}  // namespace pawl::test

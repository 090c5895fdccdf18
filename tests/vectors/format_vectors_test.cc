// Compares the byte formats in use with unit/formats.jsonl, in both directions.
#include "codec/buffered_change.h"
#include "codec/session_row.h"
#include "codec/timestamped_value.h"
#include "codec/window_row.h"
#include "vectors/vector_json.h"

#include <pawl/operators/nodes/unmatched_row.h>
#include <pawl/serde/primitives.h>
#include <pawl/serde/windowed.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <map>
#include <string>

namespace pawl::test {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

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

Bytes bytes_in(const Json& row, const char* name) {
  return from_hex(row.at(name).get<std::string>());
}

std::optional<Bytes> nullable_in(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional<Bytes>(from_hex(json.get<std::string>()));
}

template <class T>
void expect_serde(const Serde<T>& serde, const std::string& format, std::size_t count) {
  for (const Json& row : rows_of(format, count)) {
    const T value = row.at("value").get<T>();
    EXPECT_EQ(serde.encode(value), bytes_in(row, "hex")) << row;
    EXPECT_EQ(serde.decode(bytes_in(row, "hex")).value(), value) << row;
  }
}

// Their values are texts, because JSON knows neither -0.0 nor NaN.
template <class T>
void expect_floating_serde(const Serde<T>& serde, const std::string& format, std::size_t count) {
  for (const Json& row : rows_of(format, count)) {
    const T value = static_cast<T>(std::stod(row.at("value").get<std::string>()));
    EXPECT_EQ(serde.encode(value), bytes_in(row, "hex")) << row;
    const T decoded = serde.decode(bytes_in(row, "hex")).value();
    EXPECT_TRUE(decoded == value || (std::isnan(decoded) && std::isnan(value))) << row;
    EXPECT_EQ(std::signbit(decoded), std::signbit(value)) << row;
  }
}

TEST(SerdeFormats, EqualThoseOfKafka) {
  expect_serde(serde::boolean(), "serde.boolean", 2);
  expect_serde(serde::int16(), "serde.short", 4);
  expect_serde(serde::int32(), "serde.integer", 5);
  expect_serde(serde::int64(), "serde.long", 6);
  expect_serde(serde::string(), "serde.string", 4);
  expect_floating_serde(serde::float32(), "serde.float", 3);
  expect_floating_serde(serde::float64(), "serde.double", 5);
}

TEST(TimestampedValueFormat, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("timestamped-value", 6)) {
    const Timestamp timestamp(row.at("timestamp").get<std::int64_t>());
    Bytes stored;
    internal::encode_timestamped(timestamp, row.at("value").get<std::string>(), stored);

    EXPECT_EQ(stored, bytes_in(row, "storeHex")) << row;
    EXPECT_EQ(internal::plain_value_of(stored), bytes_in(row, "changelogValueHex")) << row;
    EXPECT_EQ(internal::timestamp_of(stored).value(),
              row.at("changelogTimestamp").get<std::int64_t>());
  }
}

TEST(WindowStoreKeyFormat, OfChangelogsEqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("window-store-key", 60)) {
    const auto key = row.at("key").get<std::string>();
    const internal::WindowRow parts{key, Timestamp(row.at("start").get<std::int64_t>()),
                                    row.at("seq").get<std::int32_t>()};
    Bytes encoded;
    internal::encode_changelog_window_key(parts, encoded);

    EXPECT_EQ(encoded, bytes_in(row, "hex")) << row;
    const auto decoded = internal::decode_changelog_window_key(encoded);
    ASSERT_TRUE(decoded.has_value()) << row;
    EXPECT_EQ(decoded->key, parts.key) << row;
    EXPECT_EQ(decoded->start, parts.start) << row;
    EXPECT_EQ(decoded->sequence, parts.sequence) << row;
  }
}

TEST(WindowedKeyFormat, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("windowed-topic-key.time", 20)) {
    const std::int64_t start = row.at("start").get<std::int64_t>();
    const std::int64_t end = row.at("end").get<std::int64_t>();
    const Windowed<std::string> windowed{row.at("key").get<std::string>(),
                                         {Timestamp(start), Timestamp(end)}};
    const auto serde = serde::time_windowed(serde::string(), milliseconds(end - start));

    EXPECT_EQ(serde.encode(windowed), bytes_in(row, "hex")) << row;
    EXPECT_EQ(serde.decode(bytes_in(row, "hex")).value(), windowed) << row;
  }
}

TEST(SessionWindowedKeyFormat, EqualsThatOfKafkaStreams) {
  const auto serde = serde::session_windowed(serde::string());
  for (const Json& row : rows_of("windowed-topic-key.session", 20)) {
    const Windowed<std::string> windowed{row.at("key").get<std::string>(),
                                         {Timestamp(row.at("start").get<std::int64_t>()),
                                          Timestamp(row.at("end").get<std::int64_t>())}};

    EXPECT_EQ(serde.encode(windowed), bytes_in(row, "hex")) << row;
    EXPECT_EQ(serde.decode(bytes_in(row, "hex")).value(), windowed) << row;
  }
}

// The local rows are our own business, and are chosen as Kafka Streams has them.
TEST(SessionKeyFormat, OfChangelogsAndRowsEqualsThatOfKafkaStreams) {
  struct Form {
    const char* format;
    void (*encode)(const internal::SessionRow&, Bytes&);
    internal::SessionRow (*decode)(BytesView);
  };
  const Form forms[] = {
      {"session-key", internal::encode_session_key,
       [](BytesView bytes) { return *internal::decode_session_key(bytes); }},
      {"session-key.time-first", internal::encode_time_first_session,
       internal::decode_time_first_session},
      {"session-key.key-first", internal::encode_session_index, internal::decode_session_index}};
  for (const Form& form : forms) {
    for (const Json& row : rows_of(form.format, 20)) {
      const auto key = row.at("key").get<std::string>();
      const Window session{Timestamp(row.at("start").get<std::int64_t>()),
                           Timestamp(row.at("end").get<std::int64_t>())};
      Bytes encoded;
      form.encode({key, session}, encoded);

      EXPECT_EQ(encoded, bytes_in(row, "hex")) << row;
      const internal::SessionRow decoded = form.decode(encoded);
      EXPECT_EQ(decoded.key, key) << row;
      EXPECT_EQ(decoded.session, session) << row;
    }
  }
}

TEST(SessionRange, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("range.session", 30)) {
    Bytes lower;
    Bytes upper;
    const Bytes key = bytes_in(row, "keyHex");
    internal::session_lower_bound(key, lower);
    internal::session_upper_bound(key, Timestamp(row.at("time").get<std::int64_t>()), 1, upper);

    EXPECT_EQ(lower, bytes_in(row, "lowerHex")) << row;
    EXPECT_EQ(upper, bytes_in(row, "upperHex")) << row;
  }
}

// Returns: the recorded contexts by their bytes.
std::map<Bytes, Json> contexts() {
  std::map<Bytes, Json> result;
  for (const Json& row : rows_of("record-context", 3)) {
    result[bytes_in(row, "hex")] = row;
  }
  return result;
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

TEST(SuppressChangelogFormat, EqualsThatOfKafkaStreams) {
  const std::map<Bytes, Json> recorded = contexts();
  for (const Json& row : rows_of("suppress-changelog-value.v3", 21)) {
    const auto found = recorded.find(bytes_in(row, "contextHex"));
    ASSERT_NE(found, recorded.end()) << row;
    const auto topic = found->second.at("topic").get<std::string>();
    internal::TimedChange timed;
    timed.buffer_time = Timestamp(row.at("bufferTime").get<std::int64_t>());
    timed.change = {nullable_in(row.at("priorHex")), nullable_in(row.at("oldHex")),
                    nullable_in(row.at("newHex")), context_from(found->second, topic)};
    Bytes encoded;
    internal::encode_buffered_change(timed, encoded);

    EXPECT_EQ(encoded, bytes_in(row, "hex")) << row;
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

TEST(SuppressChangelogFormat, IsMarkedWithItsVersion) {
  EXPECT_EQ(internal::buffered_change_headers(), (Headers{{"v", "\x03"}}));
}

internal::JoinSide side_in(const Json& row) {
  return row.at("side") == "left" ? internal::JoinSide::left : internal::JoinSide::right;
}

TEST(UnmatchedKeyFormat, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("outer-join-key", 24)) {
    const auto key = row.at("key").get<std::string>();
    const Timestamp timestamp(row.at("timestamp").get<std::int64_t>());
    Bytes encoded;
    internal::encode_unmatched_key({timestamp, side_in(row), key}, encoded);

    EXPECT_EQ(encoded, bytes_in(row, "hex")) << row;
    const auto decoded = internal::decode_unmatched_key(encoded);
    ASSERT_TRUE(decoded.has_value()) << row;
    EXPECT_EQ(decoded->timestamp, timestamp) << row;
    EXPECT_EQ(decoded->side, side_in(row)) << row;
    EXPECT_EQ(decoded->key, key) << row;
  }
}

// The value of a row is a list of such elements.
TEST(UnmatchedValueFormat, EqualsThatOfKafkaStreams) {
  constexpr std::size_t kBeforeFirstElement = 9;
  for (const Json& row : rows_of("outer-join-value", 2)) {
    Bytes encoded;
    internal::append_unmatched_value(side_in(row), row.at("value").get<std::string>(), encoded);

    EXPECT_EQ(encoded.substr(kBeforeFirstElement), bytes_in(row, "hex")) << row;
  }
  for (const Json& row : rows_of("outer-join-row", 2)) {
    Bytes encoded;
    std::vector<Bytes> values;
    for (const Json& element : row.at("valuesHex")) {
      const Bytes bytes = from_hex(element.get<std::string>());
      internal::append_unmatched_value(static_cast<internal::JoinSide>(bytes.front()),
                                       bytes.substr(1), encoded);
      values.push_back(bytes.substr(1));
    }

    EXPECT_EQ(encoded, bytes_in(row, "hex")) << row;
    const auto decoded = internal::decode_unmatched_values(encoded);
    ASSERT_TRUE(decoded.has_value()) << row;
    EXPECT_THAT(*decoded, ::testing::ElementsAreArray(values)) << row;
  }
}

TEST(UnmatchedValueFormat, RefusesWhatIsCutOff) {
  Bytes row;
  internal::append_unmatched_value(internal::JoinSide::left, "value", row);
  for (std::size_t size = 0; size < row.size(); ++size) {
    EXPECT_FALSE(internal::decode_unmatched_values(row.substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(internal::decode_unmatched_key("12345678").has_value());
}

}  // namespace
}  // namespace pawl::test

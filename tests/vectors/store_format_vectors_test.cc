// Compares the byte formats of versioned stores, of rows with headers and of buffered records with
// unit/formats.jsonl.
#include "codec/buffered_change.h"
#include "codec/timestamped_value.h"
#include "codec/version_row.h"
#include "vectors/vector_json.h"
#include "version_segments.h"

#include <pawl/model/random.h>
#include <pawl/statestore/header_block.h>
#include <pawl/statestore/state_store.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <string>
#include <vector>

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

Bytes hex_of(const Json& row) {
  return from_hex(row.at("hex").get<std::string>());
}

Headers headers_of(const Json& row) {
  Headers headers;
  for (const Json& header : row.at("headers")) {
    headers.add(header.at(0).get<std::string>(),
                header.at(1).is_null() ? std::nullopt
                                       : std::optional(from_hex(header.at(1).get<std::string>())));
  }
  return headers;
}

TEST(HeaderBlockFormat, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("headers-block", 3)) {
    Bytes block;
    internal::append_header_block(headers_of(row), block);

    EXPECT_EQ(block, hex_of(row)) << row;
  }
}

TEST(RowWithHeadersFormat, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("value-timestamp-headers", 3)) {
    Bytes timed;
    internal::encode_timestamped(Timestamp(row.at("timestamp").get<std::int64_t>()),
                                 row.at("value").get<std::string>(), timed);
    Bytes encoded;
    internal::append_row_headers(headers_of(row), encoded);
    encoded += timed;

    EXPECT_EQ(encoded, hex_of(row)) << row;
    EXPECT_EQ(internal::behind_headers(hex_of(row)), timed);
    EXPECT_EQ(internal::headers_in(hex_of(row)), headers_of(row));
  }
  for (const Json& row : rows_of("aggregation-headers", 3)) {
    Bytes encoded;
    internal::append_row_headers(headers_of(row), encoded);
    encoded += row.at("value").get<std::string>();

    EXPECT_EQ(encoded, hex_of(row)) << row;
  }
}

TEST(BufferedRecordFormat, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("stream-table-buffer.changelog-value", 3)) {
    const Bytes bytes = hex_of(row);
    const Result<internal::TimedChange> decoded = internal::decode_buffered_change(
        {"", NullableBytesView(bytes), Timestamp::unknown(), &internal::buffered_change_headers()});
    ASSERT_TRUE(decoded.has_value()) << decoded.error();
    EXPECT_EQ(decoded->change.new_value, row.at("value").get<std::string>());

    Bytes encoded;
    internal::encode_buffered_change(*decoded, encoded);
    EXPECT_EQ(encoded, bytes);
  }
}

TEST(VersionKeyFormat, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("versioned.key", 2)) {
    Bytes encoded;
    internal::VersionSegments::encode_key(row.at("segmentId").get<std::int64_t>(),
                                          row.at("key").get<std::string>(), encoded);
    EXPECT_EQ(encoded, hex_of(row));
  }
}

TEST(LatestVersionFormat, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("versioned.latest-value", 1)) {
    Bytes encoded;
    internal::encode_timestamped(Timestamp(row.at("timestamp").get<std::int64_t>()),
                                 row.at("value").get<std::string>(), encoded);
    EXPECT_EQ(encoded, hex_of(row));
  }
}

TEST(VersionSegmentInterval, EqualsThatOfKafkaStreams) {
  for (const Json& row : rows_of("versioned-segment-interval", 14)) {
    StoreSpec spec;
    spec.kind = StoreKind::versioned_key_value;
    spec.retention = std::chrono::milliseconds(row.at("historyRetentionMs").get<std::int64_t>());
    EXPECT_EQ(segment_interval_of(spec).count(), row.at("segmentIntervalMs").get<std::int64_t>())
        << row;
  }
}

// A step such as `insertAsLatest(v2,20..35)`.
struct Step {
  explicit Step(const std::string& text)
      : verb(text.substr(0, text.find('('))), argument(text.substr(text.find('(') + 1)) {
    const std::size_t comma = argument.find(',');
    const std::string times = argument.substr(comma + 1);
    argument.resize(comma);
    if (argument == "tombstone") {
      value.reset();
    } else {
      value = argument == "empty value" ? std::string() : argument;
    }
    from = Timestamp(std::stoll(times));
    const std::size_t dots = times.find("..");
    to = dots == std::string::npos ? from : Timestamp(std::stoll(times.substr(dots + 2)));
  }
  [[nodiscard]] NullableBytesView view() const {
    return value.has_value() ? NullableBytesView(*value) : std::nullopt;
  }
  std::string verb;
  std::string argument;
  std::optional<std::string> value;
  Timestamp from;
  Timestamp to;
};

Bytes after(const Step& step, const Bytes& before) {
  internal::VersionRow row;
  if (step.verb == "new") {
    row.start(step.view(), step.from, step.to);
  } else {
    EXPECT_TRUE(row.decode(before));
    if (step.verb == "insertAsLatest") {
      row.add_latest(step.view(), step.from, step.to);
    } else if (step.verb == "insertAsEarliest") {
      row.add_earliest(step.view(), step.from);
    } else if (step.verb == "insert") {
      row.insert(row.find(step.from), step.view(), step.from);
    } else {
      EXPECT_EQ(step.verb, "update");
      row.replace(row.find(step.from), step.view(), step.from);
    }
  }
  Bytes encoded;
  row.encode(encoded);
  return encoded;
}

TEST(VersionRowFormat, EqualsThatOfKafkaStreams) {
  Bytes before;
  for (const Json& json : rows_of("versioned.segment-row", 10)) {
    const auto steps = json.at("steps").get<std::vector<std::string>>();
    // `...` stands for the row before; other lists begin anew.
    for (const std::string& text : steps) {
      if (text != "...") {
        before = after(Step(text), before);
      }
    }
    EXPECT_EQ(before, hex_of(json)) << json;
  }
}

// Whatever bytes a disk gives back: a row is refused, or it is what these bytes say.
TEST(VersionRowFormat, OfRandomBytesIsRefusedOrUnderstood) {
  SeededRandom random(1);
  int understood = 0;
  for (int run = 0; run < 20'000; ++run) {
    // Mostly zeros, so that sizes fit and times meet.
    Bytes bytes(28 + random.next() % 40, '\0');
    for (std::uint64_t changes = random.next() % 4; changes > 0; --changes) {
      bytes[random.next() % bytes.size()] = static_cast<char>(random.next() % 3);
    }
    internal::VersionRow row;
    if (row.decode(bytes)) {
      Bytes encoded;
      row.encode(encoded);
      EXPECT_EQ(encoded, bytes);
      ++understood;
    }
  }
  EXPECT_GT(understood, 100);
}

TEST(RowWithHeadersFormat, OfRandomBytesIsRefusedOrUnderstood) {
  SeededRandom random(1);
  for (int run = 0; run < 20'000; ++run) {
    Bytes bytes(random.next() % 12, '\0');
    for (char& byte : bytes) {
      byte = static_cast<char>(random.next() % 2 == 0 ? random.next() % 12 : random.next());
    }
    try {
      EXPECT_LE(internal::behind_headers(bytes).size(), bytes.size());
      (void)internal::headers_in(bytes);
    } catch (const StoreFailure& refused) {
      EXPECT_EQ(refused.error().kind, ErrorKind::corrupted_state);
    }
  }
}

}  // namespace
}  // namespace pawl::test

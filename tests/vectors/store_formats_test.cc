// Checks of rows with headers, of versioned stores and of what is committed with offsets.
#include "codec/header_block.h"
#include "codec/timestamped_value.h"
#include "codec/version_row.h"
#include "task/offset_metadata.h"
#include "vectors/format_checks.h"
#include "version_segments.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>

namespace pawl::test {
namespace {

using Json = nlohmann::json;

Headers headers_of(const Json& row) {
  Headers headers;
  for (const Json& header : row.at("headers")) {
    headers.add(header.at(0).get<std::string>(),
                header.at(1).is_null() ? std::nullopt
                                       : std::optional(from_hex(header.at(1).get<std::string>())));
  }
  return headers;
}

void check_header_block(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    Bytes block;
    internal::append_header_block(headers_of(row), block);

    EXPECT_EQ(block, bytes_in(row)) << row;
  }
}

void check_headed_value(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    Bytes timed;
    internal::encode_timestamped(Timestamp(row.at("timestamp").get<std::int64_t>()),
                                 row.at("value").get<std::string>(), timed);
    Bytes encoded;
    internal::encode_headed_row(headers_of(row), timed, encoded);

    EXPECT_EQ(encoded, bytes_in(row)) << row;
    EXPECT_EQ(internal::behind_headers(bytes_in(row)), timed);
    EXPECT_EQ(internal::headers_in(bytes_in(row)), headers_of(row));
  }
}

void check_headed_aggregation(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    Bytes encoded;
    internal::encode_headed_row(headers_of(row), row.at("value").get<std::string>(), encoded);

    EXPECT_EQ(encoded, bytes_in(row)) << row;
  }
}

void check_version_key(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    Bytes encoded;
    internal::VersionSegments::encode_key(row.at("segmentId").get<std::int64_t>(),
                                          row.at("key").get<std::string>(), encoded);
    EXPECT_EQ(encoded, bytes_in(row));
  }
}

void check_latest_version(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    Bytes encoded;
    internal::encode_timestamped(Timestamp(row.at("timestamp").get<std::int64_t>()),
                                 row.at("value").get<std::string>(), encoded);
    EXPECT_EQ(encoded, bytes_in(row));
  }
}

void check_version_interval(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
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

void check_version_row(const std::vector<Json>& rows) {
  Bytes before;
  for (const Json& json : rows) {
    const auto steps = json.at("steps").get<std::vector<std::string>>();
    // `...` stands for the row before; other lists begin anew.
    for (const std::string& text : steps) {
      if (text != "...") {
        before = after(Step(text), before);
      }
    }
    EXPECT_EQ(before, bytes_in(json)) << json;
  }
}

void check_offset_metadata(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const internal::OffsetMetadata metadata{
        Timestamp(row.at("partitionTime").get<std::int64_t>()),
        row.at("processorMetadata").get<std::map<std::string, std::int64_t>>()};
    const auto text = row.at("text").get<std::string>();

    EXPECT_EQ(internal::encode_offset_metadata(metadata), text);
    const Result<internal::OffsetMetadata> decoded = internal::decode_offset_metadata(text);
    ASSERT_TRUE(decoded.has_value()) << decoded.error();
    EXPECT_EQ(*decoded, metadata);
  }
}

}  // namespace

FormatChecks store_format_checks() {
  return {{"headers-block", check_header_block},
          {"value-timestamp-headers", check_headed_value},
          {"aggregation-headers", check_headed_aggregation},
          {"versioned.key", check_version_key},
          {"versioned.latest-value", check_latest_version},
          {"versioned-segment-interval", check_version_interval},
          {"versioned.segment-row", check_version_row},
          {"committed-offset-metadata", check_offset_metadata}};
}

}  // namespace pawl::test

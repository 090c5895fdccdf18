// Checks of the keys of window and session stores, of their changelogs and of topics, of the bounds
// of scans, and of segments.
#include "codec/session_row.h"
#include "codec/window_row.h"
#include "statestore/backend_under_test.h"
#include "vectors/format_checks.h"

#include <pawl/serde/primitives.h>
#include <pawl/serde/windowed.h>
#include <pawl/statestore/window_store.h>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace pawl::test {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

// Lifetime: views `key`.
internal::WindowRow window_row_in(const Json& row, const std::string& key) {
  return {key, Timestamp(row.at("start").get<std::int64_t>()), row.at("seq").get<std::int32_t>()};
}

void check_window_key(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const auto key = row.at("key").get<std::string>();
    const internal::WindowRow parts{key, Timestamp(row.at("start").get<std::int64_t>()),
                                    row.at("seq").get<std::int32_t>()};
    Bytes encoded;
    internal::encode_changelog_window_key(parts, encoded);

    EXPECT_EQ(encoded, bytes_in(row)) << row;
    const auto decoded = internal::decode_changelog_window_key(encoded);
    ASSERT_TRUE(decoded.has_value()) << row;
    EXPECT_EQ(decoded->key, parts.key) << row;
    EXPECT_EQ(decoded->start, parts.start) << row;
    EXPECT_EQ(decoded->sequence, parts.sequence) << row;
  }
}

// Rows lie in the order of Java's, which have a byte 00 in front, and a sequence also where it is
// always 0.
void check_time_first_window(const std::vector<Json>& rows) {
  constexpr std::size_t kSequenceSize = 4;
  const internal::WindowRowCodec sequenced(WindowLayout::time_first, true);
  const internal::WindowRowCodec single(WindowLayout::time_first, false);
  for (const Json& row : rows) {
    const auto key = row.at("key").get<std::string>();
    const internal::WindowRow parts = window_row_in(row, key);
    const Bytes recorded = bytes_in(row);
    ASSERT_EQ(recorded.front(), '\x00') << row;
    Bytes encoded;
    sequenced.encode(parts, encoded);
    EXPECT_EQ(encoded, recorded.substr(1)) << row;
    const internal::WindowRow decoded = sequenced.decode(encoded);
    EXPECT_EQ(decoded.key, key) << row;
    EXPECT_EQ(decoded.start, parts.start) << row;
    EXPECT_EQ(decoded.sequence, parts.sequence) << row;

    single.encode(parts, encoded);
    EXPECT_EQ(encoded, recorded.substr(1, recorded.size() - 1 - kSequenceSize)) << row;
  }
}

// The same of the index by key: 01 in front there, ff here.
void check_window_index(const std::vector<Json>& rows) {
  constexpr std::size_t kSequenceSize = 4;
  for (const Json& row : rows) {
    const auto key = row.at("key").get<std::string>();
    const internal::WindowRow parts = window_row_in(row, key);
    const Bytes recorded = bytes_in(row);
    ASSERT_EQ(recorded.front(), '\x01') << row;
    Bytes encoded;
    internal::encode_window_index(key, parts.start, encoded);

    EXPECT_TRUE(internal::is_window_index(encoded)) << row;
    EXPECT_EQ(encoded.substr(1), recorded.substr(1, recorded.size() - 1 - kSequenceSize)) << row;
    EXPECT_EQ(internal::start_of_window_index(encoded), parts.start) << row;
  }
}

void check_windowed_key(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const std::int64_t start = row.at("start").get<std::int64_t>();
    const std::int64_t end = row.at("end").get<std::int64_t>();
    const Windowed<std::string> windowed{row.at("key").get<std::string>(),
                                         {Timestamp(start), Timestamp(end)}};
    const auto serde = serde::time_windowed(serde::string(), milliseconds(end - start));

    EXPECT_EQ(serde.encode(windowed), bytes_in(row)) << row;
    EXPECT_EQ(serde.decode(bytes_in(row)).value(), windowed) << row;
  }
}

void check_session_windowed_key(const std::vector<Json>& rows) {
  const auto serde = serde::session_windowed(serde::string());
  for (const Json& row : rows) {
    const Windowed<std::string> windowed{row.at("key").get<std::string>(),
                                         {Timestamp(row.at("start").get<std::int64_t>()),
                                          Timestamp(row.at("end").get<std::int64_t>())}};

    EXPECT_EQ(serde.encode(windowed), bytes_in(row)) << row;
    EXPECT_EQ(serde.decode(bytes_in(row)).value(), windowed) << row;
  }
}

// The local rows are our own business, and are chosen as Kafka Streams has them.
void check_session_rows(const std::vector<Json>& rows,
                        void (*encode)(const internal::SessionRow&, Bytes&),
                        internal::SessionRow (*decode)(BytesView)) {
  for (const Json& row : rows) {
    const auto key = row.at("key").get<std::string>();
    const Window session{Timestamp(row.at("start").get<std::int64_t>()),
                         Timestamp(row.at("end").get<std::int64_t>())};
    Bytes encoded;
    encode({key, session}, encoded);

    EXPECT_EQ(encoded, bytes_in(row)) << row;
    const internal::SessionRow decoded = decode(encoded);
    EXPECT_EQ(decoded.key, key) << row;
    EXPECT_EQ(decoded.session, session) << row;
  }
}

// All windows of a key that start at a time or earlier; in a scan of several keys the upper bound
// is the same, and must not be below a shorter key's rows.
void check_window_range(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    const internal::WindowRowCodec codec(WindowLayout::key_first, true);
    const Bytes key = bytes_in(row, "keyHex");
    const Timestamp time(row.at("time").get<std::int64_t>());
    Bytes lower;
    Bytes upper;
    codec.lower_bound(key, Timestamp(0), lower);
    internal::window_upper_bound(key, time, 1, upper);

    EXPECT_EQ(lower, bytes_in(row, "lowerHex")) << row;
    EXPECT_EQ(upper, bytes_in(row, "upperHex")) << row;
    Bytes of_the_key;
    codec.upper_bound(key, time, of_the_key);
    EXPECT_LE(of_the_key, upper) << row;
  }
}

void check_session_range(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    Bytes lower;
    Bytes upper;
    const Bytes key = bytes_in(row, "keyHex");
    internal::session_lower_bound(key, lower);
    internal::session_upper_bound(key, Timestamp(row.at("time").get<std::int64_t>()), 1, upper);

    EXPECT_EQ(lower, bytes_in(row, "lowerHex")) << row;
    EXPECT_EQ(upper, bytes_in(row, "upperHex")) << row;
  }
}

// A store keeps a row in the segment of that number; directories are Java's own.
void check_segment(const std::vector<Json>& rows) {
  for (const Json& row : rows) {
    StoreSpec spec;
    spec.name = row.at("store").get<std::string>();
    spec.kind = StoreKind::window;
    spec.retention = milliseconds(row.at("retentionMs").get<std::int64_t>());
    EXPECT_EQ(segment_interval_of(spec).count(), row.at("segmentIntervalMs").get<std::int64_t>())
        << row;

    BackendUnderTest backend(BackendKind::memory);
    StoreUnderTest store(*backend, spec);
    static_cast<WindowStore&>(store->store())
        .put("k", "v", Timestamp(row.at("timestamp").get<std::int64_t>()), Timestamp(0));
    store->freeze();
    const StoreChanges changes = store->changes();
    ASSERT_EQ(changes.rows.size(), 1U) << row;
    EXPECT_EQ(changes.rows.front().segment.value(), row.at("segmentId").get<std::int64_t>()) << row;
  }
}

}  // namespace

FormatChecks window_format_checks() {
  return {
      {"window-store-key", check_window_key},
      {"window-store-key.time-first", check_time_first_window},
      {"window-store-key.key-first", check_window_index},
      {"windowed-topic-key.time", check_windowed_key},
      {"windowed-topic-key.session", check_session_windowed_key},
      {"session-key",
       [](const std::vector<Json>& rows) {
         check_session_rows(rows, internal::encode_session_key,
                            [](BytesView bytes) { return *internal::decode_session_key(bytes); });
       }},
      {"session-key.time-first",
       [](const std::vector<Json>& rows) {
         check_session_rows(rows, internal::encode_time_first_session,
                            internal::decode_time_first_session);
       }},
      {"session-key.key-first",
       [](const std::vector<Json>& rows) {
         check_session_rows(rows, internal::encode_session_index, internal::decode_session_index);
       }},
      {"range.window", check_window_range},
      {"range.session", check_session_range},
      {"segment", check_segment}};
}

}  // namespace pawl::test

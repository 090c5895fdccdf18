// Rows of stores and of their changelogs.
#include "codec/buffered_change.h"
#include "codec/header_block.h"
#include "codec/session_row.h"
#include "codec/timestamped_value.h"
#include "codec/version_row.h"
#include "codec/window_row.h"
#include "fuzz/fuzz.h"
#include "state/changelog_retention.h"

#include <pawl/statestore/state_store.h>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

TEST(WindowRows, TakeAnyBytes) {
  fuzz({.valid =
            [](Draw& draw) {
              const Bytes key = draw.bytes();
              const internal::WindowRow row{key, draw.time(), draw.int32()};
              for (const WindowLayout layout :
                   {WindowLayout::key_first, WindowLayout::time_first}) {
                const internal::WindowRowCodec codec(layout, true);
                Bytes local;
                codec.encode(row, local);
                const internal::WindowRow decoded = codec.decode(local);
                EXPECT_TRUE(decoded.key == key && decoded.start == row.start &&
                            decoded.sequence == row.sequence);
              }
              Bytes bytes;
              internal::encode_changelog_window_key(row, bytes);
              return bytes;
            },
        .take =
            [](BytesView bytes) {
              const auto row = internal::decode_changelog_window_key(bytes);
              ASSERT_EQ(row.has_value(), bytes.size() >= internal::kWindowSuffixSize);
              if (row.has_value()) {
                Bytes encoded;
                internal::encode_changelog_window_key(*row, encoded);
                EXPECT_EQ(encoded, bytes);
                internal::window_upper_bound(row->key, row->start, 0, encoded);
                EXPECT_LE(bytes.substr(0, row->key.size()), encoded.substr(0, row->key.size()));
              }
            }});
}

TEST(SessionRows, TakeAnyBytes) {
  fuzz({.valid =
            [](Draw& draw) {
              const Bytes key = draw.bytes();
              const internal::SessionRow row{key, {draw.time(), draw.time()}};
              Bytes local;
              internal::encode_time_first_session(row, local);
              EXPECT_EQ(internal::decode_time_first_session(local).session, row.session);
              EXPECT_EQ(internal::decode_time_first_session(local).key, key);
              internal::encode_session_index(row, local);
              EXPECT_EQ(internal::decode_session_index(local).session, row.session);
              EXPECT_EQ(internal::decode_session_index(local).key, key);
              Bytes bytes;
              internal::encode_session_key(row, bytes);
              return bytes;
            },
        .take =
            [](BytesView bytes) {
              const auto row = internal::decode_session_key(bytes);
              ASSERT_EQ(row.has_value(), bytes.size() >= internal::kSessionSuffixSize);
              if (row.has_value()) {
                Bytes encoded;
                internal::encode_session_key(*row, encoded);
                EXPECT_EQ(encoded, bytes);
                Bytes lower;
                Bytes upper;
                internal::session_lower_bound(row->key, lower);
                internal::session_upper_bound(row->key, row->session.start, 0, upper);
                EXPECT_LE(lower, upper);
              }
            }});
}

TEST(VersionRow, TakesAnyBytes) {
  fuzz({.valid =
            [](Draw& draw) {
              std::vector<std::optional<Bytes>> values(1 + draw.below(4));
              internal::VersionRow row;
              Timestamp at(draw.int32() & 0xffff);
              for (std::optional<Bytes>& value : values) {
                value = draw.nullable_bytes();
                const auto view = value.has_value() ? NullableBytesView(*value) : std::nullopt;
                const Timestamp to = at + std::chrono::milliseconds(1 + draw.below(100));
                &value == values.data() ? row.start(view, at, to) : row.add_latest(view, at, to);
                at = to;
              }
              Bytes bytes;
              row.encode(bytes);
              internal::VersionRow decoded;
              EXPECT_TRUE(decoded.decode(bytes));
              EXPECT_EQ(decoded.next(), at);
              return bytes;
            },
        .take =
            [](BytesView bytes) {
              internal::VersionRow row;
              if (row.decode(bytes)) {
                Bytes encoded;
                row.encode(encoded);
                EXPECT_EQ(encoded, bytes);
              }
            }});
}

TEST(RowWithHeaders, TakesAnyBytes) {
  fuzz({.valid =
            [](Draw& draw) {
              const Headers headers = draw.headers();
              Bytes timed;
              internal::encode_timestamped(draw.time(), draw.bytes(), timed);
              Bytes bytes;
              internal::encode_headed_row(headers, timed, bytes);
              EXPECT_EQ(internal::headers_in(bytes), headers);
              EXPECT_EQ(internal::behind_headers(bytes), timed);
              return bytes;
            },
        .take =
            [](BytesView bytes) {
              try {
                const BytesView rest = internal::behind_headers(bytes);
                const Headers headers = internal::headers_in(bytes);
                Bytes encoded;
                internal::encode_headed_row(headers, rest, encoded);
                EXPECT_EQ(internal::headers_in(encoded), headers);
                EXPECT_EQ(internal::behind_headers(encoded), rest);
              } catch (const StoreFailure& refused) {
                EXPECT_EQ(refused.error().kind, ErrorKind::corrupted_state);
              }
            }});
}

// All four versions that Kafka Streams has written.
TEST(BufferedChange, TakesAnyBytes) {
  const auto decode = [](BytesView bytes, const Headers& headers) {
    return internal::decode_buffered_change({"", NullableBytesView(bytes), Timestamp(1), &headers});
  };
  const auto same = [](const internal::TimedChange& left, const internal::TimedChange& right) {
    return left.buffer_time == right.buffer_time && left.change.prior == right.change.prior &&
           left.change.old_value == right.change.old_value &&
           left.change.new_value == right.change.new_value &&
           left.change.context.timestamp == right.change.context.timestamp &&
           left.change.context.offset == right.change.context.offset &&
           left.change.context.topic == right.change.context.topic &&
           left.change.context.partition == right.change.context.partition &&
           left.change.context.headers == right.change.context.headers;
  };
  const std::vector<Headers> versions{
      {}, {{"v", Bytes("\1")}}, {{"v", Bytes("\2")}}, internal::buffered_change_headers()};
  fuzz({.valid =
            [&](Draw& draw) {
              const Bytes topic = draw.text();
              internal::TimedChange timed;
              timed.buffer_time = draw.time();
              timed.change = {draw.nullable_bytes(),
                              draw.nullable_bytes(),
                              draw.nullable_bytes(),
                              {draw.time(), Offset(draw.int64()), topic, PartitionId(draw.int32()),
                               draw.headers()}};
              if (draw.one_in(3)) {
                timed.change.old_value = timed.change.prior;
              }
              Bytes bytes;
              internal::encode_buffered_change(timed, bytes);
              const auto decoded = decode(bytes, internal::buffered_change_headers());
              EXPECT_TRUE(decoded.has_value() && same(*decoded, timed));
              return bytes;
            },
        .take =
            [&](BytesView bytes) {
              for (const Headers& version : versions) {
                const auto decoded = decode(bytes, version);
                if (!decoded.has_value()) {
                  EXPECT_EQ(decoded.error().kind, ErrorKind::corrupted_state);
                  continue;
                }
                Bytes encoded;
                internal::encode_buffered_change(*decoded, encoded);
                const auto again = decode(encoded, internal::buffered_change_headers());
                ASSERT_TRUE(again.has_value()) << again.error();
                EXPECT_TRUE(same(*again, *decoded));
              }
            }});
}

TEST(ChangelogRetention, TakesAnyBytes) {
  fuzz({.valid =
            [](Draw& draw) {
              internal::ChangelogRetention retention;
              for (std::size_t left = draw.below(4); left > 0; --left) {
                const RowChange row{SegmentId(draw.int64()), "", std::nullopt};
                retention.observe({&row, 1}, Offset(draw.int64()));
              }
              const Bytes bytes = retention.encode();
              const auto decoded = internal::ChangelogRetention::decode(bytes);
              EXPECT_TRUE(decoded.has_value() && *decoded == retention);
              return bytes;
            },
        .take =
            [](BytesView bytes) {
              const auto decoded = internal::ChangelogRetention::decode(bytes);
              EXPECT_EQ(decoded.has_value(), bytes.size() % 16 == 0);
              if (decoded.has_value()) {
                const auto again = internal::ChangelogRetention::decode(decoded->encode());
                EXPECT_TRUE(again.has_value() && *again == *decoded);
              }
            }});
}

}  // namespace
}  // namespace pawl::test

// Stores that are restored from a changelog in which anything may stand.
#include "codec/buffered_change.h"
#include "codec/session_row.h"
#include "codec/window_row.h"
#include "fuzz/fuzz.h"
#include "statestore/backend_under_test.h"

#include <pawl/statestore/record_buffer.h>
#include <pawl/statestore/session_store.h>
#include <pawl/statestore/time_ordered_buffer.h>
#include <pawl/statestore/versioned_store.h>
#include <pawl/statestore/window_store.h>

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

// A changelog record in a row of bytes: u8 key size ‖ key ‖ i64 timestamp ‖ u8 (0 = null) ‖ value.
struct Replayed {
  Bytes key;
  std::optional<Bytes> value;
  Timestamp timestamp;
};

Replayed replayed_in(BytesView bytes) {
  Replayed record;
  const auto take = [&](std::size_t size) {
    const BytesView taken = bytes.substr(0, size);
    bytes.remove_prefix(taken.size());
    return Bytes(taken);
  };
  const Bytes size = take(1);
  record.key = take(size.empty() ? 0 : static_cast<unsigned char>(size.front()));
  Bytes time = take(8);
  time.resize(8, '\0');
  record.timestamp = Timestamp(big_endian::load_i64(time.data()));
  if (take(1) != Bytes(1, '\0')) {
    record.value = Bytes(bytes);
  }
  return record;
}

Bytes bytes_of(const Replayed& record) {
  Bytes bytes(1, static_cast<char>(record.key.size()));
  bytes += record.key;
  big_endian::append_i64(record.timestamp.value(), bytes);
  bytes += record.value.has_value() ? '\1' : '\0';
  return bytes + record.value.value_or(Bytes());
}

// `make_record(draw)`: a record that the store could have written. `read(store)`: looks at its
// rows.
template <class MakeRecord, class Read>
void fuzz_replay(const StoreSpec& spec, const Headers& headers, MakeRecord make_record, Read read) {
  fuzz({.valid = [&](Draw& draw) { return bytes_of(make_record(draw)); },
        .take =
            [&](BytesView bytes) {
              const auto backend = make_memory_backend();
              StoreUnderTest store(*backend, spec);
              for (const BytesView part :
                   {bytes, bytes.substr(bytes.size() / 2), bytes.substr(bytes.size() / 3)}) {
                const Replayed record = replayed_in(part);
                const Result<void> taken = store->replay(
                    {record.key,
                     record.value.has_value() ? NullableBytesView(*record.value) : std::nullopt,
                     record.timestamp, &headers});
                if (!taken.has_value()) {
                  EXPECT_EQ(taken.error().kind, ErrorKind::corrupted_state);
                }
              }
              try {
                read(store->store());
                store->freeze();
                if (store->changes().store == nullptr) {
                  store->settle();
                } else {
                  store.apply_frozen();
                }
                read(store->store());
              } catch (const StoreFailure& refused) {
                EXPECT_EQ(refused.error().kind, ErrorKind::corrupted_state);
              }
            },
        // Arenas and hash tables have room for more.
        .allocation_bytes_max = 1U << 20U});
}

StoreSpec spec_of(StoreKind kind) {
  StoreSpec spec;
  spec.name = "store";
  spec.kind = kind;
  spec.persistence = Persistence::in_memory;
  spec.retention = milliseconds(100'000);
  return spec;
}

TEST(WindowStoreReplay, TakesAnyRecord) {
  StoreSpec spec = spec_of(StoreKind::window);
  spec.timestamped = true;
  spec.layout = WindowLayout::time_first;
  spec.key_index = true;
  fuzz_replay(
      spec, Headers::none(),
      [](Draw& draw) {
        Replayed record{"", draw.nullable_bytes(), draw.time()};
        internal::encode_changelog_window_key({draw.bytes().substr(0, 20), draw.time(), 0},
                                              record.key);
        return record;
      },
      [](StateStore& store) {
        auto& windows = dynamic_cast<WindowStore&>(store);
        for (auto row = windows.fetch_range(std::nullopt, std::nullopt, Timestamp(0),
                                            Timestamp::max(), Direction::backward);
             row->valid(); row->next()) {
          EXPECT_GE(row->value().size(), 8U);
        }
      });
}

TEST(SessionStoreReplay, TakesAnyRecord) {
  fuzz_replay(
      spec_of(StoreKind::session), Headers::none(),
      [](Draw& draw) {
        const Timestamp start = draw.time();
        Replayed record{"", draw.nullable_bytes(), draw.time()};
        internal::encode_session_key(
            {draw.bytes().substr(0, 20), {start, start + milliseconds(draw.below(1'000))}},
            record.key);
        return record;
      },
      [](StateStore& store) {
        auto& sessions = dynamic_cast<SessionStore&>(store);
        for (auto row = sessions.find_sessions(std::nullopt, std::nullopt, Timestamp(0),
                                               Timestamp::max(), Direction::forward);
             row->valid(); row->next()) {
          EXPECT_GE(row->window().end, row->window().start);
        }
      });
}

TEST(VersionedStoreReplay, TakesAnyRecord) {
  fuzz_replay(
      spec_of(StoreKind::versioned_key_value), Headers::none(),
      [](Draw& draw) {
        return Replayed{draw.bytes().substr(0, 2), draw.nullable_bytes(), draw.time()};
      },
      [](StateStore& store) {
        auto& versions = dynamic_cast<VersionedStore&>(store);
        for (const char* key : {"", "a"}) {
          (void)versions.latest_version(key);
          (void)versions.version_at(key, Timestamp(0));
        }
      });
}

TEST(SuppressBufferReplay, TakesAnyRecord) {
  fuzz_replay(
      spec_of(StoreKind::time_ordered_buffer), internal::buffered_change_headers(),
      [](Draw& draw) {
        const Bytes topic = draw.text();
        internal::TimedChange timed;
        timed.buffer_time = draw.time();
        timed.change.new_value = draw.nullable_bytes();
        timed.change.context = {draw.time(), Offset(1), topic, PartitionId(0), draw.headers()};
        Replayed record{draw.bytes().substr(0, 20), Bytes(), draw.time()};
        internal::encode_buffered_change(timed, *record.value);
        return record;
      },
      [](StateStore& store) {
        auto& buffer = dynamic_cast<TimeOrderedBuffer&>(store);
        std::size_t left = buffer.records();
        buffer.evict_until(Timestamp::max(), [&](BytesView, const BufferedChange&) { --left; });
        EXPECT_EQ(left, 0U);
        EXPECT_EQ(buffer.bytes(), 0U);
      });
}

TEST(RecordBufferReplay, TakesAnyRecord) {
  fuzz_replay(
      spec_of(StoreKind::key_value), Headers::none(),
      [](Draw& draw) {
        internal::TimedChange timed;
        timed.change.new_value = draw.bytes();
        timed.change.context = {draw.time(), Offset(1), "in", PartitionId(0), draw.headers()};
        Replayed record{Bytes(1, '\0'), Bytes(), draw.time()};
        big_endian::append_i64(draw.time().value(), record.key);
        record.key += draw.bytes().substr(0, 20);
        big_endian::append_i32(draw.int32(), record.key);
        internal::encode_buffered_change(timed, *record.value);
        return record;
      },
      [](StateStore& store) {
        RecordBuffer buffer(dynamic_cast<KeyValueStore&>(store));
        buffer.evict(Timestamp(0), Timestamp::max(),
                     [](BytesView, BytesView, const BufferedContext&) {});
      });
}

}  // namespace
}  // namespace pawl::test

// What the process takes for a record cache that is full, beside what the cache reckons: printed,
// and kept within the factors that docs/operators/record_cache.md names.
#include "statestore/backend_under_test.h"
#include "statestore/handed_record.h"

#include <pawl/statestore/cached_store.h>
#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/session_store.h>
#include <pawl/statestore/window_store.h>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <malloc.h>
#include <string>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kLimit = 4U << 20U;

std::size_t bytes_in_use() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

// Fills the cache of one store up to its limit. Returns: how many bytes the heap has grown by, for
// each byte that is reckoned; 0 where the heap cannot tell (sanitizers).
double heap_bytes_per_byte(StoreKind kind, std::size_t value_size) {
  BackendUnderTest backend(BackendKind::memory);
  StoreSpec spec;
  spec.name = "cached";
  spec.kind = kind;
  spec.retention = milliseconds(1'000'000);
  StoreUnderTest below(*backend, spec);
  HandedRecord record;
  record.where = {"topic", PartitionId(0), Offset(0)};
  CacheBudget budget{kLimit, 0};
  const std::unique_ptr<CachedStore> cache =
      make_cached_store(spec, below->store(), budget, record);
  const Bytes value(value_size, 'v');
  const std::size_t before = bytes_in_use();
  std::size_t entries = 0;
  std::size_t entry_size = 0;
  while (budget.bytes_used + entry_size <= kLimit) {
    Bytes key;
    big_endian::append_i64(static_cast<std::int64_t>(entries++), key);
    StateStore& store = cache->store();
    if (kind == StoreKind::key_value) {
      dynamic_cast<KeyValueStore&>(store).put(key, value, Timestamp(1));
    } else if (kind == StoreKind::window) {
      dynamic_cast<WindowStore&>(store).put(key, value, Timestamp(1), Timestamp(1));
    } else {
      dynamic_cast<SessionStore&>(store).put(key, {Timestamp(1), Timestamp(1)}, value,
                                             Timestamp(1));
    }
    entry_size = budget.bytes_used / entries;
  }
  EXPECT_EQ(cache->dirty_rows(), entries) << "nothing was evicted";
  const std::size_t after = bytes_in_use();
  if (after <= before) {
    return 0;
  }
  const double factor =
      static_cast<double>(after - before) / static_cast<double>(budget.bytes_used);
  std::printf("%zu entries with values of %zu bytes: %zu bytes reckoned, %zu on the heap: %.2f\n",
              entries, value_size, budget.bytes_used, after - before, factor);
  return factor;
}

class CacheMemoryTest : public ::testing::TestWithParam<StoreKind> {};

INSTANTIATE_TEST_SUITE_P(, CacheMemoryTest,
                         ::testing::Values(StoreKind::key_value, StoreKind::window,
                                           StoreKind::session));

TEST_P(CacheMemoryTest, OfCountsIsAFewTimesWhatIsReckoned) {
  EXPECT_LT(heap_bytes_per_byte(GetParam(), 16), 6.0);
}

TEST_P(CacheMemoryTest, OfLargeValuesIsWhatIsReckoned) {
  EXPECT_LT(heap_bytes_per_byte(GetParam(), 4000), 1.25);
}

}  // namespace
}  // namespace pawl::test

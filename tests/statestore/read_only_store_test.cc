// What a query from another thread sees of a store: committed rows, part by part.
#include "statestore/backend_under_test.h"
#include "statestore/counted_rows.h"

#include <pawl/serde/primitives.h>
#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/read_only_store.h>
#include <pawl/statestore/shared_store.h>
#include <pawl/statestore/typed/read_only.h>
#include <pawl/statestore/window_store.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

StoreSpec counts() {
  StoreSpec spec;
  spec.name = "counts";
  return spec;
}

class ReadOnlyStoreTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  void put(BytesView key, BytesView value) {
    static_cast<KeyValueStore&>(store_->store()).put(key, value, Timestamp(1));
  }
  [[nodiscard]] ReadOnlyKeyValueStore view() { return {counts(), {store_->snapshots()}}; }
  static std::vector<std::string> all(const ReadOnlyKeyValueStore& view, Direction direction) {
    std::vector<std::string> rows;
    const Result<void> read =
        view.range(std::nullopt, std::nullopt, direction, [&](BytesView key, BytesView row) {
          rows.push_back(std::string(key) + "=" + std::string(row));
          return true;
        });
    EXPECT_TRUE(read.has_value());
    return rows;
  }

  BackendUnderTest backend_{GetParam()};
  StoreUnderTest store_{*backend_, counts()};
};

TEST_P(ReadOnlyStoreTest, SeesWhatIsCommittedAndNothingElse) {
  put("a", "1");
  store_.commit();
  put("a", "2");
  put("b", "2");

  EXPECT_EQ(view().get("a").value(), "1");
  EXPECT_EQ(view().get("b").value(), std::nullopt);
  EXPECT_THAT(all(view(), Direction::forward), ElementsAre("a=1"));

  store_.commit();
  EXPECT_EQ(view().get("a").value(), "2");
  EXPECT_THAT(all(view(), Direction::backward), ElementsAre("b=2", "a=2"));
}

TEST_P(ReadOnlyStoreTest, StopsWhenTheVisitorHasEnough) {
  put("a", "1");
  put("b", "2");
  store_.commit();
  std::vector<std::string> seen;

  const Result<void> read =
      view().range("a", std::nullopt, Direction::forward, [&](BytesView key, BytesView) {
        seen.emplace_back(key);
        return false;
      });

  EXPECT_TRUE(read.has_value());
  EXPECT_THAT(seen, ElementsAre("a"));
}

TEST_P(ReadOnlyStoreTest, TakesNoMoreOfAStoreThanIsAskedFor) {
  for (int key = 100; key < 200; ++key) {
    put(std::to_string(key), "1");
  }
  store_.commit();
  const auto rows = std::make_shared<CountedRows>(store_->snapshots());
  const ReadOnlyKeyValueStore view(counts(), {rows});
  const std::unique_ptr<KeyValueStore> shared = shared_key_value_store(counts(), rows);

  EXPECT_EQ(view.get("150").value(), "1");
  EXPECT_EQ(view.get("15").value(), std::nullopt);
  std::vector<std::string> keys;
  ASSERT_TRUE(view.prefix("19",
                          [&](BytesView key, BytesView) {
                            keys.emplace_back(key);
                            return keys.size() < 2;
                          })
                  .has_value());
  EXPECT_THAT(keys, ElementsAre("190", "191"));
  EXPECT_EQ(rows_of(shared->range("150", "151", Direction::backward)),
            (Rows{{"151", "1"}, {"150", "1"}}));
  EXPECT_EQ(rows_of(shared->prefix("150")), (Rows{{"150", "1"}}));

  EXPECT_EQ(rows->whole(), 0U);
}

TEST_P(ReadOnlyStoreTest, KnowsAboutHowManyCommittedRowsItsOpenPartsHave) {
  BackendUnderTest backend(GetParam());
  auto second = std::make_unique<StoreUnderTest>(*backend, counts());
  for (const char* key : {"a", "b", "c"}) {
    put(key, "1");
    static_cast<KeyValueStore&>((*second)->store()).put(key, NullableBytesView("1"), Timestamp(1));
  }
  const ReadOnlyKeyValueStore both(counts(), {store_->snapshots(), (*second)->snapshots()});
  const KeyValueQueries<std::string, std::string> typed(both, serde::string(), serde::string());

  EXPECT_EQ(typed.approximate_entries().value(), 0U);
  store_.commit();
  EXPECT_EQ(typed.approximate_entries().value(), 3U);
  second->commit();
  put("d", "1");
  EXPECT_EQ(typed.approximate_entries().value(), 6U);
  const ReadOnlyKeyValueStore closed(counts(), {(*second)->snapshots()});
  second.reset();
  EXPECT_EQ(typed.approximate_entries().value(), 3U);
  EXPECT_EQ(closed.approximate_entries().error().kind, ErrorKind::retriable);
}

TEST(ReadOnlyStore, SaysTryAgainWhenNoPartIsOpenHere) {
  const ReadOnlyKeyValueStore view(counts(), {});

  EXPECT_EQ(view.get("a").error().kind, ErrorKind::retriable);
  EXPECT_EQ(view.approximate_entries().error().kind, ErrorKind::retriable);
}

TEST_P(ReadOnlyStoreTest, LooksAWindowUpWithoutVisitingThoseOfOtherKeys) {
  for (const WindowLayout layout : {WindowLayout::key_first, WindowLayout::time_first}) {
    StoreSpec spec;
    spec.name = layout == WindowLayout::key_first ? "by-key" : "by-time";
    spec.kind = StoreKind::window;
    spec.retention = std::chrono::milliseconds(1000);
    spec.layout = layout;
    StoreUnderTest windows(*backend_, spec);
    for (int key = 100; key < 200; ++key) {
      static_cast<WindowStore&>(windows->store())
          .put(std::to_string(key), NullableBytesView("1"), Timestamp(10), Timestamp(1));
    }
    windows.commit();
    const auto rows = std::make_shared<CountedRows>(windows->snapshots());
    const ReadOnlyWindowStore view(spec, {rows});

    EXPECT_EQ(view.get("150", Timestamp(10)).value(), "1");
    EXPECT_EQ(view.get("150", Timestamp(11)).value(), std::nullopt);
    EXPECT_EQ(view.get("15", Timestamp(10)).value(), std::nullopt);
    EXPECT_EQ(view.get("150", Timestamp(-1)).value(), std::nullopt);
    EXPECT_LT(rows->read(), 10U);
  }
}

TEST_P(ReadOnlyStoreTest, AsksForTheStartsThatWindowsOfAKeyCanHave) {
  StoreSpec spec;
  spec.name = "windows";
  spec.kind = StoreKind::window;
  spec.retention = std::chrono::milliseconds(100'000);
  spec.segment_interval = std::chrono::milliseconds(40);
  spec.layout = WindowLayout::time_first;
  spec.start_step = std::chrono::milliseconds(10);
  StoreUnderTest windows(*backend_, spec);
  for (const std::int64_t start : {1000, 1010, 1050, 1060}) {
    for (int key = 100; key < 200; ++key) {
      static_cast<WindowStore&>(windows->store())
          .put(std::to_string(key), NullableBytesView("1"), Timestamp(start), Timestamp(1));
    }
  }
  static_cast<WindowStore&>(windows->store())
      .put("150", std::nullopt, Timestamp(1010), Timestamp(1));
  windows.commit();
  const auto rows = std::make_shared<CountedRows>(windows->snapshots());
  const ReadOnlyWindowStore view(spec, {rows});
  const auto starts = [&](std::int64_t from, Timestamp to, Direction direction) {
    std::vector<std::int64_t> found;
    EXPECT_TRUE(view.fetch(
                        "150", Timestamp(from), to,
                        [&](BytesView key, Timestamp start, BytesView) {
                          EXPECT_EQ(key, "150");
                          found.push_back(start.value());
                          return true;
                        },
                        direction)
                    .has_value());
    return found;
  };

  EXPECT_THAT(starts(-5, Timestamp::max(), Direction::forward), ElementsAre(1000, 1050, 1060));
  EXPECT_THAT(starts(0, Timestamp::max(), Direction::backward), ElementsAre(1060, 1050, 1000));
  EXPECT_THAT(starts(1001, Timestamp(1059), Direction::forward), ElementsAre(1050));
  EXPECT_THAT(starts(1050, Timestamp(1050), Direction::forward), ElementsAre(1050));
  EXPECT_THAT(starts(1051, Timestamp(1059), Direction::forward), IsEmpty());
  EXPECT_THAT(starts(2000, Timestamp(1000), Direction::forward), IsEmpty());
  EXPECT_LT(rows->read(), 100U);
  EXPECT_EQ(rows->whole(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Backends, ReadOnlyStoreTest,
                         ::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                         [](const auto& instance) { return to_string(instance.param); });

}  // namespace
}  // namespace pawl::test

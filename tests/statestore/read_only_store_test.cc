// What a query from another thread sees of a store: committed rows, part by part.
#include "statestore/backend_under_test.h"
#include "statestore/counted_rows.h"

#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/read_only_store.h>
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

TEST(ReadOnlyStore, SaysTryAgainWhenNoPartIsOpenHere) {
  const ReadOnlyKeyValueStore view(counts(), {});

  EXPECT_EQ(view.get("a").error().kind, ErrorKind::retriable);
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

INSTANTIATE_TEST_SUITE_P(Backends, ReadOnlyStoreTest,
                         ::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                         [](const auto& instance) { return to_string(instance.param); });

}  // namespace
}  // namespace pawl::test

// Stores that keep headers with their values.
#include "statestore/backend_under_test.h"
#include "support/temporary_directory.h"

#include <pawl/serde/primitives.h>
#include <pawl/statestore/read_only_store.h>
#include <pawl/statestore/typed/stores.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

const Headers kTraced{{"trace", Bytes("1")}, {"trace", std::nullopt}, {"", Bytes()}};

class HeaderStoreTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  template <class Definition>
  static Definition on_backend(Definition definition) {
    return GetParam() == BackendKind::memory ? std::move(definition).in_memory()
                                             : std::move(definition);
  }
  BackendUnderTest backend_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, HeaderStoreTest,
                         ::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                         [](const auto& test) { return to_string(test.param); });

TEST_P(HeaderStoreTest, KeyValueStoreGivesBackValueTimestampAndHeaders) {
  const auto definition =
      on_backend(stores::key_value_with_headers<std::string, std::string>("kv"));
  StoreUnderTest tested(*backend_, definition.spec());
  auto store = definition.bind(tested->store());

  store.put("a", "x", Timestamp(10), kTraced);
  tested.commit();
  store.put("b", "y", Timestamp(20), {});

  EXPECT_EQ(store.get("a"), (ValueWithHeaders<std::string>{"x", Timestamp(10), kTraced}));
  EXPECT_EQ(store.get("b"), (ValueWithHeaders<std::string>{"y", Timestamp(20), {}}));
  EXPECT_EQ(store.get("c"), std::nullopt);
  std::vector<std::string> rows;
  for (auto row = store.all(Direction::backward); row.valid(); row.next()) {
    rows.push_back(row.key() + "=" + row.value() + "@" + std::to_string(row.timestamp().value()));
  }
  EXPECT_THAT(rows, ElementsAre("b=y@20", "a=x@10"));
}

TEST_P(HeaderStoreTest, KeyValueQueriesSeeRowsWithoutHeaders) {
  const auto definition =
      on_backend(stores::key_value_with_headers<std::string, std::string>("kv"));
  StoreUnderTest tested(*backend_, definition.spec());
  definition.bind(tested->store()).put("a", "x", Timestamp(10), kTraced);
  tested.commit();

  const ReadOnlyKeyValueStore view(definition.spec(), {tested->snapshots()});

  Bytes row;
  big_endian::append_i64(10, row);
  EXPECT_EQ(view.get("a").value(), row + "x");
}

TEST_P(HeaderStoreTest, WindowStoreGivesBackValueTimestampAndHeaders) {
  const auto definition = on_backend(stores::window_with_headers<std::string, std::string>(
      "w", milliseconds(100), milliseconds(10)));
  StoreUnderTest tested(*backend_, definition.spec());
  auto store = definition.bind(tested->store());

  store.put("a", "x", Timestamp(12), kTraced, Timestamp(10));
  tested.commit();
  store.put("a", "y", Timestamp(25), {}, Timestamp(20));

  EXPECT_EQ(store.get("a", Timestamp(10)),
            (ValueWithHeaders<std::string>{"x", Timestamp(12), kTraced}));
  std::vector<std::string> rows;
  for (auto row = store.fetch("a", Timestamp(0), Timestamp(50)); row.valid(); row.next()) {
    rows.push_back(std::to_string(row.start().value()) + "=" + row.value());
  }
  EXPECT_THAT(rows, ElementsAre("10=x", "20=y"));
}

TEST_P(HeaderStoreTest, AChangelogRecordGivesTheHeadersBack) {
  const auto definition =
      on_backend(stores::key_value_with_headers<std::string, std::string>("kv"));
  StoreUnderTest tested(*backend_, definition.spec());

  ASSERT_TRUE(tested->replay({"a", NullableBytesView("x"), Timestamp(10), &kTraced}).has_value());

  EXPECT_EQ(definition.bind(tested->store()).get("a"),
            (ValueWithHeaders<std::string>{"x", Timestamp(10), kTraced}));
}

}  // namespace
}  // namespace pawl::test

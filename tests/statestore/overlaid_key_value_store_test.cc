// A key-value store with up to two layers (overlay_layer) of uncommitted writes over committed
// rows.
#include "overlaid_key_value_store.h"

#include "statestore/backend_under_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;

// The changelog as text, one line per record.
class WrittenChangelog final : public ChangelogSink {
 public:
  void append(BytesView key, NullableBytesView value, Timestamp timestamp,
              const Headers& /*headers*/) override {
    lines.push_back(std::string(key) + "=" + std::string(value.value_or("null")) + "@" +
                    std::to_string(timestamp.value()));
  }
  std::vector<std::string> lines;
};

class OverlaidKeyValueStoreTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  static StoreSpec spec() {
    StoreSpec spec;
    spec.name = "kv";
    return spec;
  }
  KeyValueStore& store() { return static_cast<KeyValueStore&>(managed_->store()); }
  void put(BytesView key, NullableBytesView value, std::int64_t time = 1) {
    store().put(key, value, Timestamp(time));
  }
  // Every row, checked in both directions and against get().
  Rows all() {
    const Rows rows = rows_of(store().range(std::nullopt, std::nullopt, Direction::forward));
    EXPECT_EQ(rows_of(store().range(std::nullopt, std::nullopt, Direction::backward)),
              reversed(rows));
    for (const auto& [key, value] : rows) {
      EXPECT_EQ(store().get(key), value);
    }
    return rows;
  }
  // committed a-d; frozen over it b, c; active over both c, d, e.
  void make_two_layers() {
    for (const char* key : {"a", "b", "c", "d"}) {
      put(key, "committed");
    }
    managed_.commit();
    put("b", "frozen");
    put("c", std::nullopt);
    managed_->freeze();
    put("c", "active");
    put("d", std::nullopt);
    put("e", "active");
  }

  BackendUnderTest backend_{GetParam()};
  WrittenChangelog changelog_;
  StoreUnderTest managed_{*backend_, spec(), {.changelog = &changelog_}};
};

INSTANTIATE_TEST_SUITE_P(, OverlaidKeyValueStoreTest,
                         ::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                         [](const auto& test) { return to_string(test.param); });

TEST_P(OverlaidKeyValueStoreTest, LaterLayersHideEarlierOnes) {
  make_two_layers();

  EXPECT_EQ(all(), (Rows{{"a", "committed"}, {"b", "frozen"}, {"c", "active"}, {"e", "active"}}));
  EXPECT_EQ(store().get("d"), std::nullopt);
}

TEST_P(OverlaidKeyValueStoreTest, ApplyingAndSettlingTheFrozenLayerChangesNoReader) {
  make_two_layers();
  const Rows before = all();

  managed_.apply_frozen();

  EXPECT_EQ(all(), before);
}

TEST_P(OverlaidKeyValueStoreTest, AbortAfterSettleTakesTheActiveLayerOnly) {
  make_two_layers();
  managed_.apply_frozen();

  managed_->drop();

  EXPECT_EQ(all(), (Rows{{"a", "committed"}, {"b", "frozen"}, {"d", "committed"}}));
}

TEST_P(OverlaidKeyValueStoreTest, AbortBeforeApplyTakesBothLayers) {
  make_two_layers();

  managed_->drop();

  EXPECT_EQ(all(),
            (Rows{{"a", "committed"}, {"b", "committed"}, {"c", "committed"}, {"d", "committed"}}));
  EXPECT_EQ(managed_->pending().bytes, 0U);
}

TEST_P(OverlaidKeyValueStoreTest, QueriesSeeNothingThatIsNotApplied) {
  make_two_layers();

  const auto snapshot = managed_->snapshots()->snapshot();

  EXPECT_EQ(snapshot->get(kWholeStore, "b").value(), "committed");
  EXPECT_EQ(snapshot->get(kWholeStore, "e").value(), std::nullopt);
}

TEST_P(OverlaidKeyValueStoreTest, ACursorGoesOnWhenItsStoreIsWritten) {
  make_two_layers();
  std::vector<std::string> seen;

  for (auto row = store().range(std::nullopt, std::nullopt, Direction::forward); row->valid();
       row->next()) {
    seen.emplace_back(row->key());
    if (row->key() == "b") {
      put("a", "behind");
      put("b", std::nullopt);
      put("bb", "ahead");
      put("e", std::nullopt);
    }
  }

  EXPECT_THAT(seen, ElementsAre("a", "b", "bb", "c"));
}

TEST_P(OverlaidKeyValueStoreTest, APrefixMayEndInTheHighestByte) {
  for (const char* key : {"\xfe", "\xfe\xff", "\xfe\xff\x01", "\xff", "\xff\xff", "a"}) {
    put(key, "v");
  }
  managed_.commit();
  put("\xff\xff\xff", "v");

  const auto keys = [&](BytesView prefix) {
    std::vector<Bytes> found;
    for (const auto& [key, value] : rows_of(store().prefix(prefix))) {
      found.push_back(key);
    }
    return found;
  };

  EXPECT_THAT(keys("\xfe\xff"), ElementsAre("\xfe\xff", "\xfe\xff\x01"));
  EXPECT_THAT(keys("\xff"), ElementsAre("\xff", "\xff\xff", "\xff\xff\xff"));
  EXPECT_EQ(keys("").size(), 7U);
}

TEST_P(OverlaidKeyValueStoreTest, LogsEachRowOnceInTheOrderOfTheLastUpdate) {
  put("a", "1", 10);
  put("b", "2", 11);
  put("c", "3", 12);
  put("a", "4", 13);
  put("b", std::nullopt, 14);
  managed_->log_pending();

  EXPECT_THAT(changelog_.lines, ElementsAre("c=3@12", "a=4@13", "b=null@14"));
}

TEST_P(OverlaidKeyValueStoreTest, ALogOfEveryPutHasAlsoWhatWasOverwritten) {
  StoreSpec other = spec();
  other.name = "other";
  StoreUnderTest store(*backend_, other,
                       {.changelog = &changelog_, .changelog_mode = ChangelogMode::every_put});
  auto& rows = static_cast<KeyValueStore&>(store->store());
  rows.put("a", "1", Timestamp(1));
  rows.put("a", std::nullopt, Timestamp(2));
  store.commit();

  EXPECT_THAT(changelog_.lines, ElementsAre("a=1@1", "a=null@2"));
}

TEST_P(OverlaidKeyValueStoreTest, TimestampedRowsAreLoggedWithoutTheirTimestampAndReplayedWithIt) {
  StoreSpec timestamped = spec();
  timestamped.name = "timestamped";
  timestamped.timestamped = true;
  StoreUnderTest store(*backend_, timestamped, {.changelog = &changelog_});
  auto& rows = static_cast<KeyValueStore&>(store->store());
  Bytes row;
  big_endian::append_i64(77, row);
  row += "value";
  rows.put("a", NullableBytesView(row), Timestamp(99));
  store.commit();
  EXPECT_THAT(changelog_.lines, ElementsAre("a=value@77"));

  ASSERT_TRUE(store->replay({"b", "value", Timestamp(77)}).has_value());
  EXPECT_EQ(rows.get("b"), row);
}

}  // namespace
}  // namespace pawl::test

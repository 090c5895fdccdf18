// What a versioned store keeps, loses and logs; and what queries see of it.
#include "statestore/backend_under_test.h"
#include "statestore/counted_rows.h"

#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>
#include <pawl/statestore/typed/versioned_queries.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Value = VersionedValue<std::string>;

Value valid(const std::string& value, std::int64_t from,
            std::optional<std::int64_t> to = std::nullopt) {
  return {value, Timestamp(from), to.has_value() ? std::optional(Timestamp(*to)) : std::nullopt};
}

class Logged final : public ChangelogSink {
 public:
  void append(BytesView key, NullableBytesView value, Timestamp timestamp,
              const Headers& /*headers*/) override {
    lines.push_back(std::string(key) + "=" + std::string(value.value_or("null")) + "@" +
                    std::to_string(timestamp.value()));
  }
  std::vector<std::string> lines;
};

const auto& flights() {
  static const auto kFlights =
      stores::versioned<std::string, std::string>("flights", milliseconds(100)).in_memory();
  return kFlights;
}

class VersionedStoreTest : public ::testing::Test {
 protected:
  // Opens the store anew, empty.
  void open(ChangelogMode mode) {
    StoreSurroundings surroundings;
    surroundings.changelog = &changelog_;
    surroundings.changelog_mode = mode;
    managed_.reset();
    backend_ = make_memory_backend();
    managed_.emplace(*backend_, flights().spec(), surroundings);
    store_.emplace(flights().bind((*managed_)->store()));
  }
  void SetUp() override { open(ChangelogMode::coalesced); }

  VersionPlace put(const std::string& value, std::int64_t from) {
    return store_->put("f", value, Timestamp(from));
  }

  Logged changelog_;
  std::unique_ptr<StoreBackend> backend_;
  std::optional<StoreUnderTest> managed_;
  std::optional<TypedVersionedStore<std::string, std::string>> store_;
};

TEST_F(VersionedStoreTest, ShowsTheValueAsItWas) {
  put("on time", 10);
  put("late", 20);
  store_->erase("f", Timestamp(40));

  EXPECT_EQ(store_->get("f", Timestamp(9)), std::nullopt);
  EXPECT_EQ(store_->get("f", Timestamp(19)), valid("on time", 10, 20));
  EXPECT_EQ(store_->get("f", Timestamp(20)), valid("late", 20, 40));
  EXPECT_EQ(store_->get("f", Timestamp(40)), std::nullopt);
  EXPECT_EQ(store_->get("f"), std::nullopt);
  EXPECT_THAT(store_->versions("f", Timestamp(0), Timestamp::max()),
              ElementsAre(valid("on time", 10, 20), valid("late", 20, 40)));
}

TEST_F(VersionedStoreTest, PutsAVersionBetweenOthers) {
  put("a", 10);
  put("c", 30);

  EXPECT_EQ(put("b", 20), (VersionPlace{PutOutcome::historical, Timestamp(30)}));

  EXPECT_EQ(store_->get("f", Timestamp(15)), valid("a", 10, 20));
  EXPECT_EQ(store_->get("f", Timestamp(25)), valid("b", 20, 30));
  EXPECT_EQ(store_->get("f"), valid("c", 30));
}

TEST_F(VersionedStoreTest, EraseReturnsTheVersionThatWasValid) {
  put("a", 10);

  EXPECT_EQ(store_->erase("f", Timestamp(20)), valid("a", 10));
  EXPECT_EQ(store_->erase("f", Timestamp(15)), valid("a", 10, 20));
}

TEST_F(VersionedStoreTest, RefusesWhatIsOlderThanItsHistory) {
  put("new", 200);

  EXPECT_EQ(put("old", 99).outcome, PutOutcome::expired);
  EXPECT_EQ(put("just in time", 100).outcome, PutOutcome::historical);

  EXPECT_EQ(store_->store().expired_puts(), 1U);
}

TEST_F(VersionedStoreTest, ErasesNothingBeforeItsHistory) {
  put("a", 0);
  store_->put("other", "x", Timestamp(1000));

  EXPECT_EQ(store_->erase("f", Timestamp(50)), std::nullopt);

  EXPECT_EQ(store_->get("f"), valid("a", 0));
}

TEST_F(VersionedStoreTest, NeverLosesTheLatestVersion) {
  put("a", 10);
  store_->put("other", "x", Timestamp(100'000));

  EXPECT_EQ(store_->get("f"), valid("a", 10));
  EXPECT_EQ(store_->get("f", Timestamp(50)), valid("a", 10)) << "valid still, however long ago";
}

// Kafka Streams keeps nothing of a deletion at the very time of the version it deletes.
TEST_F(VersionedStoreTest, RemembersADeletionAtTheTimeOfTheVersionNatively) {
  for (const ChangelogMode mode : {ChangelogMode::coalesced, ChangelogMode::every_put}) {
    open(mode);
    put("a", 10);
    store_->erase("f", Timestamp(10));

    put("earlier", 5);

    const bool native = mode == ChangelogMode::coalesced;
    EXPECT_EQ(store_->get("f"), native ? std::nullopt : std::optional(valid("earlier", 5)));
    EXPECT_EQ(store_->get("f", Timestamp(7)),
              native ? valid("earlier", 5, 10) : valid("earlier", 5));
  }
}

// Compaction keeps the last record of a key: natively that is its latest version.
TEST_F(VersionedStoreTest, LogsTheLatestVersionAgainBehindAnEarlierOne) {
  put("b", 20);
  put("a", 10);
  store_->put("g", "x", Timestamp(20));
  store_->put("g", "earlier", Timestamp(15));
  store_->put("g", "y", Timestamp(30));

  managed_->commit();

  EXPECT_THAT(changelog_.lines,
              ElementsAre("f=b@20", "f=a@10", "g=x@20", "g=earlier@15", "g=y@30", "f=b@20"));
}

// A record that is older than the history when it is replayed is not taken: where the changelog was
// compacted to it, the key would be gone.
TEST_F(VersionedStoreTest, LogsTheLatestVersionAgainBeforeItsTimeExpires) {
  put("b", 20);
  put("a", 10);
  store_->put("g", "x", Timestamp(500));

  managed_->commit();

  EXPECT_THAT(changelog_.lines, ElementsAre("f=b@20", "f=a@10", "f=b@20", "g=x@500"));
}

TEST_F(VersionedStoreTest, LogsADeletionAgainBehindAnEarlierVersion) {
  put("b", 20);
  store_->erase("f", Timestamp(30));
  put("a", 10);

  managed_->commit();

  EXPECT_EQ(changelog_.lines.back(), "f=null@30");
}

// A restore skips what is older than the history at its place in the changelog; after a compaction
// the record that is logged again is the only one of its key.
TEST_F(VersionedStoreTest, LogsTheLatestVersionAgainBeforeItBecomesHistory) {
  put("b", 20);
  put("a", 10);
  store_->put("g", "x", Timestamp(1'000));

  managed_->commit();

  EXPECT_THAT(changelog_.lines, ElementsAre("f=b@20", "f=a@10", "f=b@20", "g=x@1000"));
}

TEST_F(VersionedStoreTest, LogsExpiredPutsAsKafkaStreamsDoesOnlyWhenAskedTo) {
  for (const ChangelogMode mode : {ChangelogMode::coalesced, ChangelogMode::every_put}) {
    open(mode);
    changelog_.lines.clear();
    put("new", 200);
    put("old", 1);
    managed_->commit();

    if (mode == ChangelogMode::coalesced) {
      EXPECT_THAT(changelog_.lines, ElementsAre("f=new@200"));
    } else {
      EXPECT_THAT(changelog_.lines, ElementsAre("f=new@200", "f=old@1"));
    }
  }
}

TEST_F(VersionedStoreTest, IsQueriedAsItWasCommitted) {
  put("a", 10);
  put("b", 20);
  managed_->commit();
  put("c", 30);
  const VersionedQueries<std::string, std::string> queries(
      ReadOnlyVersionedStore(flights().spec(), {(*managed_)->snapshots()}), serde::string(),
      serde::string());

  EXPECT_EQ(queries.get("f").value(), valid("b", 20));
  EXPECT_EQ(queries.get("f", Timestamp(15)).value(), valid("a", 10, 20));
  EXPECT_EQ(queries.get("f", Timestamp(5)).value(), std::nullopt);
  EXPECT_THAT(queries.versions("f", Timestamp(0), Timestamp(100), Direction::backward).value(),
              ElementsAre(valid("b", 20), valid("a", 10, 20)));
  EXPECT_THAT(queries.versions("g", Timestamp(0), Timestamp(100)).value(), IsEmpty());
}

TEST_F(VersionedStoreTest, IsAskedForTheDistantPastWithoutLookingThroughAllTimeSinceThen) {
  put("a", 1'700'000'000'000);
  put("b", 1'700'000'000'010);
  managed_->commit();
  const auto rows = std::make_shared<CountedRows>((*managed_)->snapshots());
  const VersionedQueries<std::string, std::string> queries(
      ReadOnlyVersionedStore(flights().spec(), {rows}), serde::string(), serde::string());

  EXPECT_EQ(queries.get("f", Timestamp(1'699'999'000'000)).value(), std::nullopt);

  EXPECT_LT(rows->read(), 100U);
}

TEST_F(VersionedStoreTest, AnAbortTakesVersionsAndTimeBack) {
  put("a", 10);
  managed_->commit();
  put("b", 1000);

  (*managed_)->drop();

  EXPECT_EQ(store_->get("f"), valid("a", 10));
  EXPECT_EQ(store_->store().observed_time(), Timestamp(10));
  EXPECT_EQ(put("earlier", 5).outcome, PutOutcome::historical);
}

}  // namespace
}  // namespace pawl::test

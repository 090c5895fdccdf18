// What every StoreBackend keeps, on both of them.
#include "statestore/backend_under_test.h"

#include <pawl/statestore/store_backend.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

StoreSpec named(const std::string& name) {
  StoreSpec spec;
  spec.name = name;
  return spec;
}

class StoreBackendTest : public ::testing::TestWithParam<BackendKind> {
 protected:
  std::unique_ptr<CommittedRows> open(const std::string& name) {
    return backend_->open_store(named(name)).value();
  }
  // Rows must come sorted by (segment, key), as an overlay gives them.
  void apply(CommittedRows& store, const std::vector<RowChange>& rows,
             const std::vector<MetadataChange>& metadata = {}) {
    const std::vector<StoreChanges> changes{{&store, rows}};
    ASSERT_TRUE(backend_->apply(changes, metadata).has_value());
  }
  static Rows all(CommittedRows& store, SegmentId segment = kWholeStore) {
    return rows_of(store.scan(segment, std::nullopt, std::nullopt, Direction::forward));
  }
  void flush() { ASSERT_TRUE(backend_->flush(FlushMode::wait).has_value()); }

  BackendUnderTest backend_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, StoreBackendTest,
                         ::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                         [](const auto& test) { return to_string(test.param); });

TEST_P(StoreBackendTest, ScansByUnsignedBytesInBothDirections) {
  const auto store = open("s");
  const Bytes a0("a\0", 2);
  apply(*store, {{kWholeStore, "", "empty"},
                 {kWholeStore, "a", "1"},
                 {kWholeStore, a0, "2"},
                 {kWholeStore, "b", "3"},
                 {kWholeStore, "\x80", "4"},
                 {kWholeStore, "\xff\xff", "5"}});
  struct Case {
    NullableBytesView from;
    NullableBytesView to;
    Rows expected;
  };
  const Case cases[] = {
      {std::nullopt,
       std::nullopt,
       {{"", "empty"}, {"a", "1"}, {a0, "2"}, {"b", "3"}, {"\x80", "4"}, {"\xff\xff", "5"}}},
      {"a", "b", {{"a", "1"}, {a0, "2"}, {"b", "3"}}},
      {"a", "a", {{"a", "1"}}},
      {"aa", "az", {}},
      {"b", "a", {}},
      {std::nullopt, "", {{"", "empty"}}},
      {"\x7f", std::nullopt, {{"\x80", "4"}, {"\xff\xff", "5"}}},
      {"\xff\xff\xff", std::nullopt, {}},
  };
  for (const Case& query : cases) {
    EXPECT_EQ(rows_of(store->scan(kWholeStore, query.from, query.to, Direction::forward)),
              query.expected);
    EXPECT_EQ(rows_of(store->scan(kWholeStore, query.from, query.to, Direction::backward)),
              reversed(query.expected));
    EXPECT_EQ(rows_of(store->snapshots()->snapshot()->scan(kWholeStore, query.from, query.to,
                                                           Direction::backward)),
              reversed(query.expected));
  }
}

TEST_P(StoreBackendTest, AnEmptyValueIsAValue) {
  const auto store = open("s");
  apply(*store, {{kWholeStore, "empty", ""}, {kWholeStore, "gone", "v"}});
  apply(*store, {{kWholeStore, "gone", std::nullopt}, {kWholeStore, "never", std::nullopt}});

  EXPECT_EQ(store->get(kWholeStore, "empty"), "");
  EXPECT_EQ(store->get(kWholeStore, "gone"), std::nullopt);
  EXPECT_EQ(store->get(kWholeStore, "never"), std::nullopt);
  EXPECT_EQ(all(*store), (Rows{{"empty", ""}}));
}

TEST_P(StoreBackendTest, OneApplyReachesAllStoresSegmentsAndMetadata) {
  const auto left = open("left");
  const auto right = open("right");
  const std::vector<RowChange> left_rows{{SegmentId(3), "k", "3"}, {SegmentId(20), "k", "20"}};
  const std::vector<RowChange> right_rows{{kWholeStore, "k", "0"}};
  const std::vector<StoreChanges> changes{{left.get(), left_rows}, {right.get(), right_rows}};
  const std::vector<MetadataChange> metadata{{"time", "7"}, {"empty", ""}, {"never", std::nullopt}};

  ASSERT_TRUE(backend_->apply(changes, metadata).has_value());

  EXPECT_THAT(left->segments(), ElementsAre(SegmentId(3), SegmentId(20)));
  EXPECT_EQ(left->get(SegmentId(3), "k"), "3");
  EXPECT_EQ(left->get(SegmentId(20), "k"), "20");
  EXPECT_EQ(left->get(SegmentId(4), "k"), std::nullopt) << "a segment that does not exist";
  EXPECT_EQ(right->get(kWholeStore, "k"), "0");
  EXPECT_EQ(backend_->metadata("time").value(), "7");
  EXPECT_EQ(backend_->metadata("empty").value(), "");
  EXPECT_EQ(backend_->metadata("never").value(), std::nullopt);

  apply(*right, {}, {{"time", "8"}, {"empty", std::nullopt}});
  EXPECT_EQ(backend_->metadata("time").value(), "8");
  EXPECT_EQ(backend_->metadata("empty").value(), std::nullopt);
}

TEST_P(StoreBackendTest, ADeadSegmentIsNeitherReadNorWritten) {
  const auto store = open("s");
  apply(*store, {{SegmentId(1), "k", "1"}, {SegmentId(2), "k", "2"}, {SegmentId(3), "k", "3"}});

  store->declare_dead_below(SegmentId(3));
  store->declare_dead_below(SegmentId(2));  // never goes back
  apply(*store, {{SegmentId(2), "k", "again"}, {SegmentId(4), "k", "4"}});

  EXPECT_THAT(store->segments(), ElementsAre(SegmentId(3), SegmentId(4)));
  EXPECT_EQ(store->get(SegmentId(2), "k"), std::nullopt);
  EXPECT_THAT(all(*store, SegmentId(2)), IsEmpty());
  EXPECT_THAT(store->snapshots()->snapshot()->segments(), ElementsAre(SegmentId(3), SegmentId(4)));
}

TEST_P(StoreBackendTest, ASnapshotStaysAsItWas) {
  const auto store = open("s");
  apply(
      *store,
      {{SegmentId(1), "dies", "1"}, {SegmentId(2), "changes", "old"}, {SegmentId(2), "goes", "v"}});
  const auto snapshot = store->snapshots()->snapshot();

  apply(*store, {{SegmentId(2), "changes", "new"},
                 {SegmentId(2), "comes", "v"},
                 {SegmentId(2), "goes", std::nullopt},
                 {SegmentId(3), "comes", "v"}});
  store->declare_dead_below(SegmentId(2));
  flush();  // frees segment 1, which the snapshot still has

  EXPECT_THAT(snapshot->segments(), ElementsAre(SegmentId(1), SegmentId(2)));
  EXPECT_EQ(snapshot->get(SegmentId(1), "dies").value(), "1");
  EXPECT_EQ(snapshot->get(SegmentId(2), "comes").value(), std::nullopt);
  const Rows old{{"changes", "old"}, {"goes", "v"}};
  EXPECT_EQ(rows_of(snapshot->scan(SegmentId(2), std::nullopt, std::nullopt, Direction::forward)),
            old);
  EXPECT_EQ(rows_of(snapshot->scan(SegmentId(2), std::nullopt, std::nullopt, Direction::backward)),
            reversed(old));
}

TEST_P(StoreBackendTest, ASnapshotOfSomeRowsHasThemAsOfOneCommit) {
  const auto store = open("s");
  apply(*store, {{SegmentId(1), "a", "1"},
                 {SegmentId(1), "b", "2"},
                 {SegmentId(1), "c", "3"},
                 {SegmentId(2), "a", "4"},
                 {SegmentId(3), "a", "5"}});
  std::vector<SegmentId> live;

  const auto snapshot = store->snapshots()->snapshot_of([&](const std::vector<SegmentId>& ids) {
    live = ids;
    return std::vector<RowRange>{{SegmentId(1), "b", std::nullopt},
                                 {SegmentId(1), "c", "c"},
                                 {SegmentId(2), std::nullopt, "z"},
                                 {SegmentId(3), "z", "a"},
                                 {SegmentId(4), "a", "a"}};
  });
  apply(*store, {{SegmentId(1), "b", "new"}, {SegmentId(2), "b", "new"}});

  EXPECT_EQ(rows_of(snapshot->scan(SegmentId(1), "b", std::nullopt, Direction::forward)),
            (Rows{{"b", "2"}, {"c", "3"}}));
  EXPECT_EQ(rows_of(snapshot->scan(SegmentId(2), std::nullopt, "z", Direction::forward)),
            (Rows{{"a", "4"}}));
  EXPECT_EQ(snapshot->get(SegmentId(1), "c").value(), "3");
  if (GetParam() == BackendKind::memory) {
    EXPECT_THAT(live, ElementsAre(SegmentId(1), SegmentId(2), SegmentId(3)));
    EXPECT_THAT(snapshot->segments(), ElementsAre(SegmentId(1), SegmentId(2)));
    EXPECT_EQ(snapshot->get(SegmentId(1), "a").value(), std::nullopt) << "copied without need";
  }
}

TEST_P(StoreBackendTest, ASnapshotOutlivesItsStoreAndAClosedStoreGivesNone) {
  auto store = open("s");
  apply(*store, {{kWholeStore, "k", "v"}});
  const auto source = store->snapshots();
  const auto snapshot = source->snapshot();

  store.reset();

  EXPECT_EQ(source->snapshot(), nullptr);
  EXPECT_EQ(source->snapshot_of([](const auto&) { return std::vector<RowRange>(); }), nullptr);
  EXPECT_EQ(snapshot->get(kWholeStore, "k").value(), "v");
}

TEST_P(StoreBackendTest, SnapshotsOfOtherThreadsShowWholeCommits) {
  const auto store = open("s");
  const auto source = store->snapshots();
  std::atomic<bool> done{false};
  std::atomic<int> looked{0};
  const auto look = [&] {
    while (!done) {
      const auto snapshot = source->snapshot();
      const std::vector<SegmentId> segments = snapshot->segments();
      if (segments.empty()) {
        continue;
      }
      const auto latest = snapshot->get(segments.back(), "latest").value();
      for (auto row = snapshot->scan(segments.back(), "a", "z", Direction::forward); row->valid();
           row->next()) {
        EXPECT_EQ(row->value(), latest.value_or("a torn commit"));
      }
      ++looked;
    }
  };
  std::vector<std::thread> readers;
  readers.emplace_back(look);
  readers.emplace_back(look);

  for (int commit = 0; commit < 200 || looked < 50; ++commit) {
    const SegmentId segment(commit / 50);
    const Bytes value = std::to_string(commit);
    apply(*store, {{segment, "a", value}, {segment, "b", value}, {segment, "latest", value}});
    store->declare_dead_below(segment);
    if (commit % 40 == 0) {
      flush();
    }
  }
  done = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
}

TEST_P(StoreBackendTest, RemovesAStoreWholly) {
  auto victim = open("victim");
  const auto other = open("victim2");
  apply(*victim, {{SegmentId(1), "k", "v"}, {SegmentId(2), "k", "v"}});
  apply(*other, {{kWholeStore, "k", "v"}});
  victim->declare_dead_below(SegmentId(2));
  victim.reset();

  ASSERT_TRUE(backend_->remove_store("victim").has_value());
  ASSERT_TRUE(backend_->remove_store("unheard of").has_value());

  victim = open("victim");
  EXPECT_THAT(victim->segments(), IsEmpty());
  apply(*victim, {{SegmentId(1), "k", "new"}});
  EXPECT_EQ(victim->get(SegmentId(1), "k"), "new") << "it has no dead segments any more";
  EXPECT_EQ(other->get(kWholeStore, "k"), "v");
}

}  // namespace
}  // namespace pawl::test

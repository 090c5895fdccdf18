// Random operations on a versioned store and on a model that keeps every version, on both backends,
// with aborts and crashes; and a store that is rebuilt from its changelog.
#include "statestore/layered_model.h"
#include "statestore/store_with_model.h"

#include <pawl/statestore/read_only_store.h>
#include <pawl/statestore/versioned_store.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

using VersionKey = std::pair<Bytes, std::int64_t>;
using MaybeValue = std::optional<Bytes>;  // absent: deleted from then on
struct VersionProgress {
  std::int64_t time = -1;
};
using VersionModel = LayeredModel<VersionKey, MaybeValue, VersionProgress>;
using Found = std::optional<std::tuple<Bytes, std::int64_t, std::optional<std::int64_t>>>;

Found found(const std::optional<Version>& version) {
  if (!version.has_value()) {
    return std::nullopt;
  }
  return std::tuple(Bytes(version->value), version->from.value(),
                    version->to.has_value() ? std::optional(version->to->value()) : std::nullopt);
}

// The versions of one key as the model knows them, in time order: (from, to, value).
struct Span {
  std::int64_t from;
  std::optional<std::int64_t> to;
  MaybeValue value;
};
std::vector<Span> spans_of(const VersionModel& model, const Bytes& key) {
  std::vector<Span> spans;
  for (const auto& [version, value] : model.visible()) {
    if (version.first != key) {
      continue;
    }
    if (!spans.empty()) {
      spans.back().to = version.second;
    }
    spans.push_back({version.second, std::nullopt, value});
  }
  return spans;
}

Found model_at(const std::vector<Span>& spans, std::int64_t time, std::int64_t history_start) {
  for (const Span& span : spans) {
    const bool valid = span.from <= time && (!span.to.has_value() || *span.to > time);
    if (valid && span.value.has_value() && (time >= history_start || !span.to.has_value())) {
      return std::tuple(*span.value, span.from, span.to);
    }
  }
  return std::nullopt;
}

Bytes any_value(Dice& dice) {
  return Bytes(static_cast<std::size_t>(dice.below(20)), static_cast<char>('a' + dice.below(26)));
}

class VersionedModelTest : public ::testing::TestWithParam<BackendKind> {};

INSTANTIATE_TEST_SUITE_P(, VersionedModelTest,
                         ::testing::Values(BackendKind::memory, BackendKind::rocksdb),
                         [](const auto& test) { return to_string(test.param); });

// A random step of a store and its model.
class VersionedRun {
 public:
  VersionedRun(BackendKind kind, Dice& dice)
      : dice_(dice), history_(1000 * dice.below(30)), pair_(kind, spec(), {}) {}

  void step() {
    switch (dice_.below(8)) {
      case 0:
      case 1:
      case 2:
        return put();
      case 3:
      case 4:
        return read_at();
      case 5:
        return read_versions();
      case 6:
        return read_latest();
      default:
        return pair_.live(dice_);
    }
  }

 private:
  StoreSpec spec() const {
    StoreSpec spec;
    spec.name = "versions";
    spec.kind = StoreKind::versioned_key_value;
    spec.timestamped = true;
    spec.retention = milliseconds(history_);
    return spec;
  }
  VersionedStore& store() { return static_cast<VersionedStore&>(pair_.store()->store()); }
  std::int64_t now() { return pair_.model().progress().time; }
  std::int64_t history_start() { return now() - history_; }
  std::int64_t any_time() {
    const std::int64_t latest = std::max<std::int64_t>(now(), 0);
    if (dice_.one_in(40)) {
      return latest + dice_.below(200'000);
    }
    // Few different times, so that some meet.
    const std::int64_t step = dice_.one_in(2) ? 1 : 500;
    return std::max<std::int64_t>(0,
                                  latest + 1500 - step * dice_.below(2 + (history_ + 3000) / step));
  }

  void put() {
    const Bytes& key = dice_.pick(keys());
    const std::int64_t time = any_time();
    const MaybeValue value = dice_.one_in(4) ? MaybeValue() : MaybeValue(any_value(dice_));
    const bool expired = time < history_start();
    const VersionPlace placed = store().put_version(
        key, value.has_value() ? NullableBytesView(*value) : std::nullopt, Timestamp(time));
    if (expired) {
      EXPECT_EQ(placed.outcome, PutOutcome::expired) << time;
      return;
    }
    pair_.model().write({key, time}, std::optional<MaybeValue>(value));
    pair_.model().progress().time = std::max(now(), time);
    std::optional<std::int64_t> to;
    for (const Span& span : spans_of(pair_.model(), key)) {
      to = span.from == time ? span.to : to;
    }
    EXPECT_EQ(placed.outcome, to.has_value() ? PutOutcome::historical : PutOutcome::latest);
    EXPECT_EQ(placed.to.has_value() ? std::optional(placed.to->value()) : std::nullopt, to);
  }
  void read_at() {
    const Bytes& key = dice_.pick(keys());
    const std::int64_t time = any_time();
    EXPECT_EQ(found(store().version_at(key, Timestamp(time))),
              model_at(spans_of(pair_.model(), key), time, history_start()))
        << "at " << time << ", now " << now();
  }
  void read_latest() {
    const Bytes& key = dice_.pick(keys());
    const std::vector<Span> spans = spans_of(pair_.model(), key);
    const bool there = !spans.empty() && spans.back().value.has_value();
    EXPECT_EQ(found(store().latest_version(key)),
              there ? Found(std::tuple(*spans.back().value, spans.back().from, std::nullopt))
                    : std::nullopt);
  }
  void read_versions() {
    const Bytes& key = dice_.pick(keys());
    const std::int64_t from = std::max(any_time(), history_start());
    const std::int64_t to = std::max(any_time(), history_start());
    const Direction direction = any_direction(dice_);
    std::vector<Found> expected;
    for (const Span& span : spans_of(pair_.model(), key)) {
      if (span.value.has_value() && span.from <= to && (!span.to.has_value() || *span.to > from)) {
        expected.emplace_back(std::tuple(*span.value, span.from, span.to));
      }
    }
    if (direction == Direction::backward) {
      std::reverse(expected.begin(), expected.end());
    }
    std::vector<Found> visited;
    store().versions(key, Timestamp(from), Timestamp(to), direction, [&](const Version& version) {
      visited.push_back(found(version));
      return true;
    });
    EXPECT_EQ(visited, expected) << "from " << from << " to " << to;
  }

  Dice& dice_;
  std::int64_t history_;
  StoreWithModel<VersionModel> pair_;
};

TEST_P(VersionedModelTest, ShowsWhatAMapOfVersionsWouldShow) {
  for (const std::uint64_t seed : test_seeds()) {
    Dice dice(seed);
    for (int scene = 0; scene < 10 && !::testing::Test::HasFailure(); ++scene) {
      VersionedRun run(GetParam(), dice);
      for (int step = 0; step < 400 && !::testing::Test::HasFailure(); ++step) {
        SCOPED_TRACE(step);
        run.step();
      }
    }
  }
}

// Keeps what a store logs.
class Changelog final : public ChangelogSink {
 public:
  struct Row {
    Bytes key;
    MaybeValue value;
    Timestamp timestamp;
  };
  void append(BytesView key, NullableBytesView value, Timestamp timestamp,
              const Headers& /*headers*/) override {
    rows.push_back({Bytes(key), value.has_value() ? MaybeValue(*value) : std::nullopt, timestamp});
  }
  // What the broker's compaction leaves when all of it is old: the last record of each key.
  [[nodiscard]] std::vector<Row> compacted() const {
    std::vector<Row> result;
    for (std::size_t at = 0; at < rows.size(); ++at) {
      const bool last = std::none_of(rows.begin() + static_cast<std::ptrdiff_t>(at) + 1, rows.end(),
                                     [&](const Row& later) { return later.key == rows[at].key; });
      if (last) {
        result.push_back(rows[at]);
      }
    }
    return result;
  }
  std::vector<Row> rows;
};

StoreSpec versions(milliseconds history) {
  StoreSpec spec;
  spec.name = "versions";
  spec.kind = StoreKind::versioned_key_value;
  spec.timestamped = true;
  spec.retention = history;
  spec.persistence = Persistence::in_memory;
  return spec;
}

void replay(ManagedStore& store, const std::vector<Changelog::Row>& rows) {
  for (const Changelog::Row& row : rows) {
    const Result<void> replayed =
        store.replay({row.key, row.value.has_value() ? NullableBytesView(*row.value) : std::nullopt,
                      row.timestamp});
    ASSERT_TRUE(replayed.has_value()) << replayed.error();
  }
}

TEST(VersionedStore, RebuiltFromItsChangelogIsTheSame) {
  for (const std::uint64_t seed : test_seeds()) {
    Dice dice(seed);
    Changelog changelog;
    const StoreSpec spec = versions(milliseconds(5000));
    const auto backend = make_memory_backend();
    StoreSurroundings surroundings;
    surroundings.changelog = &changelog;
    StoreUnderTest original(*backend, spec, surroundings);
    auto& written = static_cast<VersionedStore&>(original->store());
    std::int64_t now = 0;
    for (int step = 0; step < 500; ++step) {
      now += dice.below(200);
      const Bytes value = any_value(dice);
      written.put_version(
          dice.pick(keys()), dice.one_in(4) ? std::nullopt : NullableBytesView(value),
          Timestamp(std::max<std::int64_t>(0, now - (dice.one_in(3) ? dice.below(6000) : 0))));
      if (dice.one_in(20)) {
        original.commit();
      }
    }
    original.commit();

    const auto full_backend = make_memory_backend();
    StoreUnderTest full(*full_backend, spec);
    replay(*full, changelog.rows);
    const auto compacted_backend = make_memory_backend();
    StoreUnderTest compacted(*compacted_backend, spec);
    replay(*compacted, changelog.compacted());

    auto& rebuilt = static_cast<VersionedStore&>(full->store());
    auto& latest_only = static_cast<VersionedStore&>(compacted->store());
    for (const Bytes& key : keys()) {
      for (std::int64_t time = std::max<std::int64_t>(0, now - 5200); time <= now; time += 13) {
        EXPECT_EQ(found(rebuilt.version_at(key, Timestamp(time))),
                  found(written.version_at(key, Timestamp(time))));
      }
      EXPECT_EQ(found(latest_only.latest_version(key)), found(written.latest_version(key))) << key;
    }
  }
}

}  // namespace
}  // namespace pawl::test

// The suppress buffer as a store: commits in layers, aborts, and its changelog.
#include "undoable_time_ordered_buffer.h"

#include "statestore/seeds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using internal::UndoableTimeOrderedBuffer;
using ::testing::ElementsAre;

// A compacted changelog: the last record of each key.
class CompactedChangelog final : public ChangelogSink {
 public:
  void append(BytesView key, NullableBytesView value, Timestamp /*timestamp*/,
              const Headers& /*headers*/) override {
    if (value.has_value()) {
      records.insert_or_assign(Bytes(key), Bytes(*value));
    } else {
      records.erase(Bytes(key));
    }
  }
  std::map<Bytes, Bytes> records;
};

StoreSpec buffer_spec() {
  StoreSpec spec;
  spec.name = "buffer";
  spec.kind = StoreKind::time_ordered_buffer;
  return spec;
}

BufferedChange change(const std::string& value, std::optional<Bytes> old = std::nullopt) {
  BufferedChange result;
  result.old_value = std::move(old);
  result.new_value = value;
  result.context.timestamp = Timestamp(1);
  return result;
}

// What the buffer holds, in the order of emission.
std::vector<std::string> content(UndoableTimeOrderedBuffer& buffer) {
  std::vector<std::string> lines;
  buffer.evict_until(Timestamp::max(), [&](BytesView key, const BufferedChange& emitted) {
    lines.push_back(std::string(key) + "=" + *emitted.new_value + " prior " +
                    emitted.prior.value_or("none"));
  });
  return lines;
}

TEST(UndoableTimeOrderedBuffer, KeepsTimeAndPriorOfAKeyThatIsBufferedAgain) {
  UndoableTimeOrderedBuffer buffer(buffer_spec(), {});
  buffer.put(Timestamp(10), "b", change("b1", "b0"));
  buffer.put(Timestamp(20), "a", change("a1"));
  buffer.put(Timestamp(30), "b", change("b2", "b1"));

  EXPECT_EQ(buffer.earliest(), Timestamp(10));
  EXPECT_EQ(buffer.records(), 2U);
  EXPECT_THAT(content(buffer), ElementsAre("b=b2 prior b0", "a=a1 prior none"));
  EXPECT_EQ(buffer.bytes(), 0U);
  EXPECT_EQ(buffer.earliest(), Timestamp::max());
}

// Whatever the order in which keys of one time come and go.
TEST(UndoableTimeOrderedBuffer, LosesKeysOfOneTimeInAnyOrder) {
  CompactedChangelog changelog;
  StoreSurroundings surroundings;
  surroundings.changelog = &changelog;
  UndoableTimeOrderedBuffer buffer(buffer_spec(), surroundings);
  for (const char* key : {"c", "a", "e", "b", "d"}) {
    buffer.put(Timestamp(10), key, change(key));
  }
  buffer.evict_first([](BytesView /*key*/, const BufferedChange& /*emitted*/) {});
  for (const Bytes& key : {Bytes("c"), Bytes("e"), Bytes("unknown")}) {
    ASSERT_TRUE(
        buffer
            .replay({key, std::nullopt, Timestamp::unknown(), &internal::buffered_change_headers()})
            .has_value());
  }

  EXPECT_THAT(content(buffer), ElementsAre("b=b prior none", "d=d prior none"));
}

// Timestamps of whole days, and room for fewer rows. With a look at all rows of a time for each one
// that has to go the test would time out.
TEST(UndoableTimeOrderedBuffer, GivesTheFirstOfManyOfOneTimeAway) {
  const StoreSurroundings surroundings;
  UndoableTimeOrderedBuffer buffer(buffer_spec(), surroundings);
  constexpr int kRoom = 200'000;
  const auto key = [](int number) { return std::to_string(1'000'000 + number); };
  for (int number = kRoom; number > 0; --number) {
    buffer.put(Timestamp(10), key(2 * number), change("v"));
  }
  std::vector<std::string> gone;
  for (int number = 1; number <= kRoom; ++number) {
    buffer.put(Timestamp(10), key(2 * number + 1), change("v"));
    buffer.evict_first(
        [&](BytesView evicted, const BufferedChange&) { gone.emplace_back(evicted); });
  }

  EXPECT_EQ(gone.size(), static_cast<std::size_t>(kRoom));
  EXPECT_TRUE(std::is_sorted(gone.begin(), gone.end()));
  EXPECT_EQ(gone.back(), key(kRoom + 1));
  buffer.drop();
  EXPECT_EQ(buffer.records(), 0U);
}

TEST(UndoableTimeOrderedBuffer, GivesTheFirstAwayAndTakesItBackWhenThatIsAborted) {
  UndoableTimeOrderedBuffer buffer(buffer_spec(), {});
  buffer.put(Timestamp(10), "b", change("b1"));
  buffer.put(Timestamp(10), "a", change("a1"));
  buffer.put(Timestamp(5), "c", change("c1"));
  buffer.freeze();
  buffer.settle();
  std::string given;

  const auto give = [&](BytesView key, const BufferedChange&) { given += key; };
  buffer.evict_first(give);
  buffer.evict_first(give);

  EXPECT_EQ(given, "ca");
  EXPECT_EQ(buffer.records(), 1U);
  buffer.drop();
  EXPECT_THAT(content(buffer),
              ElementsAre("c=c1 prior none", "a=a1 prior none", "b=b1 prior none"));
}

TEST(UndoableTimeOrderedBuffer, AnAbortUndoesTheFrozenTransactionToo) {
  UndoableTimeOrderedBuffer buffer(buffer_spec(), {});
  buffer.put(Timestamp(10), "stays", change("committed"));
  buffer.put(Timestamp(11), "goes", change("committed"));
  buffer.freeze();
  buffer.settle();
  const std::size_t bytes = buffer.bytes();
  buffer.put(Timestamp(12), "stays", change("frozen"));
  buffer.evict_until(Timestamp(10), [](BytesView, const BufferedChange&) {});
  buffer.freeze();
  buffer.put(Timestamp(13), "stays", change("active"));
  buffer.put(Timestamp(14), "comes", change("active"));
  EXPECT_GT(buffer.pending().bytes, 0U);

  buffer.drop();

  EXPECT_EQ(buffer.bytes(), bytes);
  EXPECT_EQ(buffer.pending().bytes, 0U);
  EXPECT_EQ(buffer.earliest(), Timestamp(10));
  EXPECT_THAT(content(buffer),
              ElementsAre("stays=committed prior none", "goes=committed prior none"));
}

// What is behind the buffer can stop the task in the middle of an emission.
TEST(UndoableTimeOrderedBuffer, ForgetsTheTimeOfAnEmissionThatWasBrokenOffAndAborted) {
  UndoableTimeOrderedBuffer buffer(buffer_spec(), {});
  buffer.put(Timestamp(10), "aborted", change("a1"));
  EXPECT_THROW(buffer.evict_until(Timestamp(10),
                                  [](BytesView, const BufferedChange&) { throw StoreFailure({}); }),
               StoreFailure);
  buffer.drop();
  EXPECT_EQ(buffer.earliest(), Timestamp::max());
  buffer.put(Timestamp(20), "b", change("b1"));
  std::string given;

  buffer.evict_first([&](BytesView key, const BufferedChange&) { given += key; });

  EXPECT_EQ(given, "b");
  EXPECT_EQ(buffer.records(), 0U);
}

TEST(UndoableTimeOrderedBuffer, CountsWhatAnAbortWouldNeedUntilItIsCommitted) {
  UndoableTimeOrderedBuffer buffer(buffer_spec(), {});
  buffer.put(Timestamp(1), "a", change("1"));
  buffer.freeze();
  buffer.put(Timestamp(2), "b", change("2"));
  buffer.settle();

  EXPECT_GT(buffer.pending().bytes, 0U) << "b is not committed";
  buffer.freeze();
  buffer.settle();
  EXPECT_EQ(buffer.pending().bytes, 0U);
}

TEST(UndoableTimeOrderedBuffer, RefusesAChangelogValueOfNoKnownVersion) {
  UndoableTimeOrderedBuffer buffer(buffer_spec(), {});
  internal::TimedChange timed{Timestamp(5), change("value", "old")};
  timed.change.context.headers = {{"name", "value"}, {"null", std::nullopt}};
  Bytes whole;
  internal::encode_buffered_change(timed, whole);
  const auto refused = [&](BytesView value, const Headers& headers) {
    const Result<void> replayed = buffer.replay({"k", value, Timestamp(1), &headers});
    return !replayed.has_value() && replayed.error().kind == ErrorKind::corrupted_state;
  };

  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(refused(BytesView(whole).substr(0, size), internal::buffered_change_headers()))
        << "cut to " << size;
  }
  EXPECT_TRUE(refused(whole + "x", internal::buffered_change_headers()));
  EXPECT_TRUE(refused(whole, Headers{{"v", "\x04"}}));
  EXPECT_TRUE(refused(whole, Headers{{"v", std::nullopt}}));
  Bytes lengths_that_overflow;
  for (int field = 0; field < 10; ++field) {
    big_endian::append_i32(0x7fffffff, lengths_that_overflow);
  }
  for (const char* version : {"\x01", "\x02", "\x03"}) {
    EXPECT_TRUE(refused(lengths_that_overflow, Headers{{"v", version}}));
  }
  EXPECT_TRUE(refused(lengths_that_overflow, Headers{}));
  EXPECT_EQ(buffer.records(), 0U);
  EXPECT_FALSE(refused(whole, internal::buffered_change_headers()));
}

// The oracle: key to buffer time, prior and value, copied at every freeze.
struct ModelEntry {
  std::int64_t time = 0;
  std::optional<Bytes> prior;
  Bytes value;
};
using ModelBuffer = std::map<Bytes, ModelEntry>;

std::vector<std::string> content(const ModelBuffer& model) {
  std::map<std::pair<std::int64_t, Bytes>, std::string> sorted;
  for (const auto& [key, entry] : model) {
    sorted[{entry.time, key}] = key + "=" + entry.value + " prior " + entry.prior.value_or("none");
  }
  std::vector<std::string> lines;
  lines.reserve(sorted.size());
  for (auto& [place, line] : sorted) {
    lines.push_back(std::move(line));
  }
  return lines;
}

std::unique_ptr<UndoableTimeOrderedBuffer> restored_from(const CompactedChangelog& changelog) {
  auto buffer = std::make_unique<UndoableTimeOrderedBuffer>(buffer_spec(), StoreSurroundings{});
  for (const auto& [key, value] : changelog.records) {
    const Result<void> replayed =
        buffer->replay({key, value, Timestamp(1), &internal::buffered_change_headers()});
    EXPECT_TRUE(replayed.has_value());
  }
  return buffer;
}

TEST(UndoableTimeOrderedBuffer, IsWhatItsChangelogSaysAfterEveryCommitAndAbort) {
  for (const std::uint64_t seed : test_seeds()) {
    Dice dice(seed);
    CompactedChangelog changelog;
    UndoableTimeOrderedBuffer buffer(buffer_spec(), {.changelog = &changelog});
    ModelBuffer committed;
    std::map<Bytes, Bytes> committed_records;
    ModelBuffer active;
    std::optional<ModelBuffer> frozen;
    for (std::int64_t step = 0; step < 3'000 && !HasFailure(); ++step) {
      SCOPED_TRACE(step);
      const Bytes key = std::to_string(dice.below(12));
      const auto entry = active.find(key);
      switch (dice.below(8)) {
        case 0:
        case 1:
        case 2:
        case 3: {
          const std::optional<Bytes> old =
              dice.one_in(2) ? std::nullopt : std::optional<Bytes>("old" + std::to_string(step));
          const Bytes value = std::to_string(step);
          buffer.put(Timestamp(step / 4), key, change(value, old));
          active[key] = entry == active.end()
                            ? ModelEntry{step / 4, old, value}
                            : ModelEntry{entry->second.time, entry->second.prior, value};
          break;
        }
        case 4: {
          const std::int64_t bound = step / 4 - dice.below(20);
          ModelBuffer leaving;
          std::erase_if(active, [&](const auto& row) {
            return row.second.time <= bound && leaving.insert(row).second;
          });
          std::vector<std::string> emitted;
          buffer.evict_until(Timestamp(bound), [&](BytesView out, const BufferedChange& what) {
            emitted.push_back(std::string(out) + "=" + *what.new_value + " prior " +
                              what.prior.value_or("none"));
          });
          EXPECT_EQ(emitted, content(leaving));
          break;
        }
        case 5:
          buffer.drop();
          active = committed;
          frozen.reset();
          changelog.records = committed_records;
          break;
        default:
          if (frozen.has_value()) {
            buffer.settle();
            committed = *std::exchange(frozen, std::nullopt);
            committed_records = changelog.records;
          } else {
            buffer.log_pending();
            EXPECT_EQ(content(*restored_from(changelog)), content(active));
            buffer.freeze();
            frozen = active;
          }
      }
      EXPECT_EQ(buffer.records(), active.size());
    }
  }
}

}  // namespace
}  // namespace pawl::test

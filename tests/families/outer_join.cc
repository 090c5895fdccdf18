// Outer join of two streams: every pair once; what met none once, when its window has closed.
#include "families/comparison.h"
#include "families/families.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/stream_stream_join_verb.h>
#include <pawl/serde/primitives.h>

#include <algorithm>

namespace pawl::test {
namespace {

constexpr int kKeys = 100;
constexpr int kRecordsPerStep = 100;
// All records of an epoch that have one key meet, in whatever order they come. A smaller window
// would give out at once what comes behind its end.
constexpr std::chrono::milliseconds kDifference{kEpochLength};
constexpr std::chrono::milliseconds kGrace{2 * kEpochLength};

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  const auto right = builder.stream<std::string, std::string>(prefix + "right");
  builder.stream<std::string, std::string>(prefix + "left")
      .outer_join(right, both, JoinWindows::of(kDifference).grace(kGrace),
                  StreamJoined::as("pairs").store_name("pairs"))
      .to(prefix + "out");
  return builder.build();
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    TopicRecords step;
    for (const char* const side : {"left", "right"}) {
      for (int record = 0; record < kRecordsPerStep; ++record) {
        step[side].push_back(
            to_send(dice.key("k", kKeys), side[0] + dice.unique(), dice.time_in(epoch)));
      }
    }
    steps.push_back(std::move(step));
  }
  // They wait themselves when all others have been given out.
  steps.push_back({{"left", closing_records("end-")}});
  return steps;
}

// Whether a record has a partner, and all its pairs.
bool add_pairs(const StoredRecord& left, const std::vector<StoredRecord>& rights, Texts& wanted) {
  bool met = false;
  for (const StoredRecord& right : rights) {
    const auto distance = left.timestamp > right.timestamp ? left.timestamp - right.timestamp
                                                           : right.timestamp - left.timestamp;
    if (left.key == right.key && distance <= kDifference) {
      met = true;
      wanted.insert(text_of(*left.key, both(&*left.value, &*right.value),
                            std::max(left.timestamp, right.timestamp)));
    }
  }
  return met;
}

void check(const TopicRecords& topics, Differences& differences) {
  Texts wanted;
  for (const StoredRecord& left : topics.at("left")) {
    if (!add_pairs(left, topics.at("right"), wanted) && !left.key->starts_with("end-")) {
      wanted.insert(text_of(*left.key, both(&*left.value, nullptr), left.timestamp));
    }
  }
  for (const StoredRecord& right : topics.at("right")) {
    Texts found_before;
    if (!add_pairs(right, topics.at("left"), found_before)) {
      wanted.insert(text_of(*right.key, both(nullptr, &*right.value), right.timestamp));
    }
  }
  compare("out", wanted, texts_of(topics.at("out")), differences);
}

}  // namespace

Family outer_join() {
  return {.name = "StreamStreamOuterJoin",
          .inputs = {{"left"}, {"right"}},
          .outputs = {"out"},
          .topology = topology,
          .steps = steps,
          .check = check};
}

}  // namespace pawl::test

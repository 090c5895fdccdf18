// Dice: what is random in the input of a family, from a seed that a test prints. Thread rule: one
// thread.
#pragma once

#include "support/running_application.h"

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace pawl::test {

// Event times lie in epochs: a second with records, then nothing. An epoch is behind any window and
// grace of the one before it. All epochs together fit into one segment of a store, of 60 s.
inline constexpr std::int64_t kFirstEpoch = 1'600'000'020'000;
inline constexpr std::int64_t kEpochDistance = 5'000;
inline constexpr std::int64_t kEpochLength = 1'000;
inline constexpr int kEpochs = 8;

inline int epoch_of(Timestamp time) {
  return static_cast<int>((time.value() - kFirstEpoch) / kEpochDistance);
}

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  int below(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }
  bool one_in(int sides) { return below(sides) == 0; }
  std::string key(const std::string& prefix, int keys) {
    return prefix + std::to_string(below(keys));
  }
  // A time in an epoch.
  std::int64_t time_in(int epoch) {
    return kFirstEpoch + epoch * kEpochDistance + below(static_cast<int>(kEpochLength));
  }
  // 1, 2, 3, ...: a value that no other record has.
  std::string unique() { return std::to_string(++last_); }

 private:
  std::mt19937 random_;
  std::int64_t last_ = 0;
};

// A record to send that deletes.
inline StoredRecord to_delete(const std::string& key, std::int64_t time) {
  StoredRecord record = to_send(key, "", time);
  record.value = std::nullopt;
  return record;
}

// A key for each partition of a topic: 0, 1, 2, ...
std::vector<std::string> key_of_each_partition(const std::string& prefix, std::int32_t partitions);

// A record for each partition, at a time behind everything of the epochs.
std::vector<StoredRecord> closing_records(const std::string& prefix);

}  // namespace pawl::test

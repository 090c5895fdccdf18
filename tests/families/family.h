// Family: a topology that stands for a family of operators, the input it is fed with, and what must
// have come out whatever happened meanwhile. One file each; families.h lists them.
// Input comes in steps, each of which is processed to its end before the next one is sent: so the
// order between topics, which nothing else decides, cannot change what is compared.
#pragma once

#include "families/dice.h"
#include "families/differences.h"
#include "support/kafka.h"

#include <pawl/engine/topology.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

namespace pawl::test {

inline constexpr std::int32_t kFamilyPartitions = 4;

// The steps in which an instance is killed: they need records in every partition of a source.
inline constexpr std::size_t kFirstKill = 3;
inline constexpr std::size_t kSecondKill = 5;

struct FamilyTopic {
  std::string name;
  std::int32_t partitions = kFamilyPartitions;
  // Event times are in the past, so topics keep their records.
  std::map<std::string, std::string> config = {{"retention.ms", "-1"}};
};

// Records by topic, in order.
using TopicRecords = std::map<std::string, std::vector<StoredRecord>>;

struct Family {
  std::string name;
  // Without the prefix that a test puts in front of every topic.
  std::vector<FamilyTopic> inputs;
  std::vector<std::string> outputs;
  std::function<Topology(const std::string& prefix)> topology;
  std::function<std::vector<TopicRecords>(Dice& dice)> steps;
  // Compares outputs with inputs and, under `<store>-changelog`, changelogs: what the topics have.
  std::function<void(const TopicRecords& topics, Differences& differences)> check;
  // The keys of a versioned table, which has no queries over all of them.
  std::vector<std::string> versioned_keys = {};
  std::size_t record_cache_bytes_max = 0;

  // How a test shows its parameter.
  friend void PrintTo(const Family& family, std::ostream* out) { *out << family.name; }
};

}  // namespace pawl::test

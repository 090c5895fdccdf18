#include "families/dice.h"

#include "families/family.h"

#include <pawl/engine/partitioner.h>

#include <cstddef>

namespace pawl::test {

std::vector<std::string> key_of_each_partition(const std::string& prefix, std::int32_t partitions) {
  std::vector<std::string> keys(static_cast<std::size_t>(partitions));
  std::int32_t found = 0;
  for (int number = 0; found < partitions; ++number) {
    const std::string key = prefix + std::to_string(number);
    std::string& slot = keys[static_cast<std::size_t>(partition_of_key(key, partitions).value())];
    if (slot.empty()) {
      slot = key;
      ++found;
    }
  }
  return keys;
}

std::vector<StoredRecord> closing_records(const std::string& prefix) {
  std::vector<StoredRecord> records;
  for (const std::string& key : key_of_each_partition(prefix, kFamilyPartitions)) {
    records.push_back(to_send(key, "end", kFirstEpoch + kEpochs * kEpochDistance));
  }
  return records;
}

}  // namespace pawl::test

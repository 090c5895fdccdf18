// Records behind the grace of every window, before the others of a step: the first that an instance
// sees after a restart. They must be dropped.
#pragma once

#include "families/dice.h"
#include "families/family.h"

#include <vector>

namespace pawl::test {

// Returns: late records for every partition; none for the first two epochs, when time has not come
// far enough.
inline std::vector<StoredRecord> late_records(int epoch) {
  std::vector<StoredRecord> records;
  if (epoch >= 2) {
    for (const std::string& key : key_of_each_partition("k", kFamilyPartitions)) {
      // Between the records of two epochs, of which the later one is over.
      records.push_back(
          to_send(key, "late", kFirstEpoch + (epoch - 2) * kEpochDistance + 3 * kEpochLength / 2));
    }
  }
  return records;
}

inline bool is_late(const StoredRecord& record) {
  return record.value == "late";
}

}  // namespace pawl::test

// How families compare outputs with models.
#pragma once

#include "families/differences.h"
#include "support/kafka.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace pawl::test {

using Texts = std::multiset<std::string>;
using Rows = std::map<std::string, std::string>;
// The values of each key in order; nothing = a deletion.
using Histories = std::map<std::string, std::vector<std::optional<std::string>>>;

std::string text_of(const std::optional<std::string>& value);
// "key=value@time", times counted from the first epoch.
std::string text_of(const std::string& key, const std::optional<std::string>& value,
                    Timestamp time);
Texts texts_of(const std::vector<StoredRecord>& records);
// What both sides of a join make; "-" for a missing one.
std::string both(const std::string* left, const std::string* right);

// Requires: the value is a count, 8 bytes.
std::int64_t count_of(const StoredRecord& record);

// A table's rows: the last value of each key.
Rows rows_of(const std::vector<StoredRecord>& records);
Histories histories_of(const std::vector<StoredRecord>& records);

// Tells where the counts of a key are not 1, 2, 3, ..., or do not end as wanted.
void compare_counts(const std::string& what, const std::map<std::string, std::int64_t>& wanted,
                    const std::vector<StoredRecord>& got, Differences& differences);
// Tells what is missing and what is too much.
void compare(const std::string& what, const Texts& wanted, const Texts& got,
             Differences& differences);
// Tells which rows differ.
void compare(const std::string& what, const Rows& wanted, const Rows& got,
             Differences& differences);

}  // namespace pawl::test

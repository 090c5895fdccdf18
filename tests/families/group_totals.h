// Rows "<group>:<amount>", and what a table of them has per group: "<rows> <sum of amounts>".
#pragma once

#include "families/comparison.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {

// Group and amount of a row, for group_by.
std::pair<std::string, std::int64_t> group_and_amount(const std::string& row);

std::string no_rows();
std::string with_row(const std::string& group, const std::int64_t& amount,
                     const std::string& totals);
std::string without_row(const std::string& group, const std::int64_t& amount,
                        const std::string& totals);

// Compares the groups' results with those of the updates that reach them. `updates`: in the order
// of each key; the last one of a key is its row. The order of the groups' updates is free, but each
// one makes one result in every group that it adds to, takes from, or both.
void compare_groups(const std::string& what, const std::vector<StoredRecord>& updates,
                    const std::vector<StoredRecord>& results, Differences& differences);

}  // namespace pawl::test

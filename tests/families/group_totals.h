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

// Returns: the totals of every group that `seen` names, 0 for those without rows.
Rows group_totals(const Rows& rows, const std::vector<StoredRecord>& seen);

}  // namespace pawl::test

#include "families/group_totals.h"

#include <cstddef>
#include <map>
#include <set>
#include <sstream>

namespace pawl::test {
namespace {

std::string changed(const std::string& totals, std::int64_t rows, std::int64_t amount) {
  std::int64_t rows_before = 0;
  std::int64_t sum_before = 0;
  std::istringstream(totals) >> rows_before >> sum_before;
  return std::to_string(rows_before + rows) + " " + std::to_string(sum_before + amount);
}

}  // namespace

std::pair<std::string, std::int64_t> group_and_amount(const std::string& row) {
  const std::size_t colon = row.find(':');
  return {row.substr(0, colon), std::stoll(row.substr(colon + 1))};
}

std::string no_rows() {
  return "0 0";
}

std::string with_row(const std::string& /*group*/, const std::int64_t& amount,
                     const std::string& totals) {
  return changed(totals, 1, amount);
}

std::string without_row(const std::string& /*group*/, const std::int64_t& amount,
                        const std::string& totals) {
  return changed(totals, -1, -amount);
}

void compare_groups(const std::string& what, const std::vector<StoredRecord>& updates,
                    const std::vector<StoredRecord>& results, Differences& differences) {
  Rows rows;
  Rows totals;
  std::map<std::string, std::size_t> wanted;
  for (const StoredRecord& update : updates) {
    std::set<std::string> groups;
    if (const auto before = rows.find(*update.key); before != rows.end()) {
      const auto [group, amount] = group_and_amount(before->second);
      totals[group] = without_row(group, amount, totals[group]);
      groups.insert(group);
      rows.erase(before);
    }
    if (update.value.has_value()) {
      const auto [group, amount] = group_and_amount(*update.value);
      totals[group] = with_row(group, amount, totals[group]);
      groups.insert(group);
      rows[*update.key] = *update.value;
    }
    for (const std::string& group : groups) {
      ++wanted[group];
    }
  }
  compare(what, totals, rows_of(results), differences);
  std::map<std::string, std::size_t> got;
  for (const StoredRecord& result : results) {
    ++got[*result.key];
  }
  for (const auto& [group, count] : wanted) {
    if (got[group] != count) {
      differences.tell(what, ": ", group, " has ", got[group], " results instead of ", count);
    }
  }
}

}  // namespace pawl::test

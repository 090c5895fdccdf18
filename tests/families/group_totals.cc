#include "families/group_totals.h"

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

Rows group_totals(const Rows& rows, const std::vector<StoredRecord>& seen) {
  Rows totals;
  for (const StoredRecord& record : seen) {
    if (record.value.has_value()) {
      totals[group_and_amount(*record.value).first] = no_rows();
    }
  }
  for (const auto& [key, row] : rows) {
    const auto [group, amount] = group_and_amount(row);
    totals[group] = with_row(group, amount, totals[group]);
  }
  return totals;
}

}  // namespace pawl::test

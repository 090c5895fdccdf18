// What compares the recorded rows of a byte format with pawl's: one function per format of
// unit/formats.jsonl, which gets all its rows, in their order.
#pragma once

#include "vectors/vector_json.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace pawl::test {

using FormatCheck = void (*)(const std::vector<nlohmann::json>& rows);
using FormatChecks = std::map<std::string, FormatCheck>;

FormatChecks value_format_checks();
FormatChecks window_format_checks();
FormatChecks store_format_checks();
FormatChecks table_format_checks();

// Returns: the rows of every format.
const std::map<std::string, std::vector<nlohmann::json>>& all_format_rows();
inline const std::vector<nlohmann::json>& format_rows(const std::string& format) {
  return all_format_rows().at(format);
}

inline Bytes bytes_in(const nlohmann::json& row, const char* name = "hex") {
  return from_hex(row.at(name).get<std::string>());
}
inline std::optional<Bytes> nullable_in(const nlohmann::json& json) {
  return json.is_null() ? std::nullopt : std::optional<Bytes>(from_hex(json.get<std::string>()));
}

}  // namespace pawl::test

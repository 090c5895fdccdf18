// How the vectors are written in JSON.
#pragma once

#include "vectors/vector_case.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace pawl::test {

// Returns: the lines of a file under tests/golden/vectors. Throws when there is none.
std::vector<nlohmann::json> read_json_lines(const std::string& file);
// The same of any file.
std::vector<nlohmann::json> read_json_file(const std::filesystem::path& file);

// Returns: the bytes of a hexadecimal text.
Bytes from_hex(const std::string& hex);

VectorSubtopology subtopology_from(const nlohmann::json& json);

}  // namespace pawl::test

// Values as the functions of the recordings print them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pawl::test {

inline std::string printed(const std::string* text) {
  return text == nullptr ? "null" : *text;
}
inline std::string printed(const std::optional<std::string>& text) {
  return text.value_or("null");
}
inline std::string printed(const std::string& text) {
  return text;
}
inline std::string printed(std::int64_t number) {
  return std::to_string(number);
}

// The key that most recordings regroup by: the value's first character; none for a null value.
inline std::optional<std::string> first_character(const std::string* value) {
  return value == nullptr ? std::nullopt : std::optional(value->substr(0, 1));
}

}  // namespace pawl::test

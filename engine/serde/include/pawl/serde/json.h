// Serde of JSON text. Opt-in (link pawl::json): `serde::json()` for nlohmann::json itself,
// `serde::json<T>()` for types with nlohmann's to_json and from_json. Errors name the byte. Text
// that nests deeper than kJsonDepthMax is refused: nlohmann copies and writes values recursively,
// so that a record full of brackets would end the process.
#pragma once

#include <pawl/serde/serde.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace pawl {

// Arrays and objects within each other.
inline constexpr std::size_t kJsonDepthMax = 1000;

namespace internal {

// Returns: how deep a JSON text nests.
inline std::size_t json_depth(BytesView text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char here = text[at];
    if (here == '"') {
      in_string = !in_string;
    } else if (in_string) {
      at += here == '\\' ? 1 : 0;  // whatever is escaped does not end the string
    } else if (here == '[' || here == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((here == ']' || here == '}') && depth > 0) {
      --depth;
    }
  }
  return deepest;
}

}  // namespace internal

template <class T>
class JsonCodec final : public Codec<T> {
 public:
  void encode(const T& value, Bytes& out) const override {
    // Invalid UTF-8 in a string is replaced, because encoding is total.
    out += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  Result<void> decode(BytesView bytes, T& value) const override {
    const std::size_t depth = internal::json_depth(bytes);
    if (depth > kJsonDepthMax) {
      return Error{ErrorKind::invalid_record, "JSON nested too deep: " + std::to_string(depth) +
                                                  " levels, at most " +
                                                  std::to_string(kJsonDepthMax)};
    }
    try {
      value = nlohmann::json::parse(bytes).get<T>();
    } catch (const nlohmann::json::exception& failure) {
      return Error{ErrorKind::invalid_record,
                   std::string("not the expected JSON: ") + failure.what()};
    }
    return {};
  }
};

namespace serde {

template <class T = nlohmann::json>
Serde<T> json() {
  return Serde<T>(std::make_shared<JsonCodec<T>>());
}

}  // namespace serde

template <>
struct DefaultSerde<nlohmann::json> {
  static Serde<nlohmann::json> make() { return serde::json(); }
};

}  // namespace pawl

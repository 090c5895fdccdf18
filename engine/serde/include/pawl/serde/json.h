// Serde of JSON text. Opt-in (link pawl::json): `serde::json()` for nlohmann::json itself,
// `serde::json<T>()` for types with nlohmann's to_json and from_json. Depth is limited by
// nlohmann's own parser; errors name the byte.
#pragma once

#include <pawl/serde/serde.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace pawl {

template <class T>
class JsonCodec final : public Codec<T> {
 public:
  void encode(const T& value, Bytes& out) const override {
    // Invalid UTF-8 in a string is replaced, because encoding is total.
    out += nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  Result<void> decode(BytesView bytes, T& value) const override {
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

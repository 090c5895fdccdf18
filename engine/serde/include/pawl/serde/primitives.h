// Serdes of strings, bytes, integers, floating-point numbers and bool; their bytes equal Kafka
// Streams' (Source: org.apache.kafka.common.serialization.*). Integers are big-endian two's
// complement: Java's Long is int64, Integer int32, Short int16; Double and Float are IEEE-754 bits
// with Java's canonical NaN; Boolean is one byte 00/01. Keys in stores compare as unsigned bytes,
// so negative integers sort behind positive ones, as in Kafka Streams.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/serde/serde.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace pawl {

namespace serde {

// Raw bytes as they are; strings are not checked to be UTF-8.
Serde<std::string> string();
// The same as string(), for values that are not text.
inline Serde<Bytes> bytes() {
  return string();
}
// Borrowed: a decoded value views the record's own bytes. For keys and values that are only passed
// through or looked at.
Serde<BytesView> bytes_view();
Serde<std::int64_t> int64();
Serde<std::int32_t> int32();
Serde<std::int16_t> int16();
Serde<double> float64();
Serde<float> float32();
Serde<bool> boolean();

}  // namespace serde

template <>
struct DefaultSerde<std::string> {
  static Serde<std::string> make() { return serde::string(); }
};
template <>
struct DefaultSerde<BytesView> {
  static Serde<BytesView> make() { return serde::bytes_view(); }
};
template <>
struct DefaultSerde<std::int64_t> {
  static Serde<std::int64_t> make() { return serde::int64(); }
};
template <>
struct DefaultSerde<std::int32_t> {
  static Serde<std::int32_t> make() { return serde::int32(); }
};
template <>
struct DefaultSerde<std::int16_t> {
  static Serde<std::int16_t> make() { return serde::int16(); }
};
template <>
struct DefaultSerde<double> {
  static Serde<double> make() { return serde::float64(); }
};
template <>
struct DefaultSerde<float> {
  static Serde<float> make() { return serde::float32(); }
};
template <>
struct DefaultSerde<bool> {
  static Serde<bool> make() { return serde::boolean(); }
};

}  // namespace pawl

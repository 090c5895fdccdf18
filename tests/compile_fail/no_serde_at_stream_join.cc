// A join of two streams keeps the records of both.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
#include "flight.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto left = builder.stream<std::string, std::string>("left");
  const auto right = builder.stream<std::string, std::string>("right").map_values(
      [](const std::string& line) { return Flight{line}; });
  const auto joined = [](const std::string& one, const Flight& other) {
    return one + other.number;
  };
  const auto windows = pawl::JoinWindows::of(std::chrono::seconds(10)).no_grace();
#ifdef PAWL_WRONG
  left.join(right, joined, windows);
#else
  left.join(right, joined, windows,
            pawl::StreamJoined::with(pawl::serde::string(), pawl::serde::string(), flight_serde()));
#endif
}

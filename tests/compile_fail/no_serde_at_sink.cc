// A sink for values without a serde.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
// Expected: Produced::with
#include "flight.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto flights = builder.stream<std::string, std::string>("in").map_values(
      [](const std::string& line) { return Flight{line}; });
#ifdef PAWL_WRONG
  flights.to("out");
#else
  flights.to("out", pawl::Produced::with(pawl::serde::string(), flight_serde()));
#endif
}

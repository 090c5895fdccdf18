// A change of the key leads to a repartition topic, and the values have no serde for it.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
// Expected: Grouped::with
#include "flight.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto flights = builder.stream<std::string, std::string>("in").map_values(
      [](const std::string& line) { return Flight{line}; });
  const auto number = [](const Flight& flight) { return flight.number; };
#ifdef PAWL_WRONG
  flights.group_by(number).count();
#else
  flights.group_by(number, pawl::Grouped::with(pawl::serde::string(), flight_serde())).count();
#endif
}

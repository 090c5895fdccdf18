// The stream of a join may go through a repartition topic, and its values have no serde for it; the
// table carries its own.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
// Expected: Joined::with
#include "flight.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto planned = builder.table("planned", pawl::serde::string(), flight_serde());
  const auto flights = builder.stream<std::string, std::string>("in")
                           .map_values([](const std::string& line) { return Flight{line}; })
                           .select_key([](const Flight& flight) { return flight.number; });
  const auto delay = [](const Flight& flight, const Flight& plan) {
    return flight.number + plan.number;
  };
#ifdef PAWL_WRONG
  flights.join(planned, delay);
#else
  flights.join(planned, delay, pawl::Joined::with(pawl::serde::string(), flight_serde()));
#endif
}

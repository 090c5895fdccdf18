// Deduplication by key may go through a repartition topic, and the values have no serde for it.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
#include "flight.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <chrono>

void build(pawl::StreamBuilder& builder) {
  const auto unique = pawl::Deduplication::by_key().within(std::chrono::hours(1));
#ifdef PAWL_WRONG
  const auto flights = builder.stream<std::string, std::string>("in").map_values(
      [](const std::string& line) { return Flight{line}; });
#else
  const auto flights = builder.stream("in", pawl::serde::string(), flight_serde());
#endif
  flights.select_key([](const Flight& flight) { return flight.number; }).deduplicate(unique);
}

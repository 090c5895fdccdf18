// A new key without a serde: the one of the old key, although of the same type, is not its serde.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
// Expected: Repartitioned::with
#include "flight.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto by_flight = builder.stream("in", flight_serde(), pawl::serde::string())
                             .select_key([](const std::string& line) { return Flight{line}; });
#ifdef PAWL_WRONG
  by_flight.repartition();
#else
  by_flight.repartition(pawl::Repartitioned::with(flight_serde(), pawl::serde::string()));
#endif
}

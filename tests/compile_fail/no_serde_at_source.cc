// A source whose values have no serde.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
// Expected: to stream(), table()
#include "flight.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
#ifdef PAWL_WRONG
  builder.stream<std::string, Flight>("in");
#else
  builder.stream("in", pawl::serde::string(), flight_serde());
#endif
}

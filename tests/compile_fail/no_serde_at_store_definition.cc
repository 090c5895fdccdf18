// A store of a hand-made processor for values without a serde.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
// Expected: a store definition
#include "flight.h"

#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#ifdef PAWL_WRONG
const auto kFlights = pawl::stores::key_value<std::string, Flight>("flights");
#else
const auto kFlights = pawl::stores::key_value("flights", pawl::serde::string(), flight_serde());
#endif

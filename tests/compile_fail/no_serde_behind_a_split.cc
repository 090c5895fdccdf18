// Filters, branches and merges of a stream without a serde do not hide that it has none.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
// Expected: Produced::with
#include "flight.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
#ifdef PAWL_WRONG
  const auto flights = builder.stream<std::string, std::string>("in").map_values(
      [](const std::string& line) { return Flight{line}; });
#else
  const auto flights = builder.stream("in", pawl::serde::string(), flight_serde());
#endif
  const auto known = [](const Flight& flight) { return !flight.number.empty(); };
  auto branches = flights.filter(known)
                      .split(pawl::Named::as("flights-"))
                      .branch(known, "known")
                      .default_branch("unknown");
  branches.at("flights-known").merge(branches.at("flights-unknown")).to("out");
}

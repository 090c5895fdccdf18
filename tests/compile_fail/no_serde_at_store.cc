// An aggregate without a serde, which its store needs.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
// Expected: the last argument of aggregate()
#include "flight.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto grouped = builder.stream<std::string, std::string>("in").group_by_key();
  const auto begin = [] { return Flight(); };
  const auto take = [](const std::string&, const std::string& line, Flight& flight) {
    flight.number = line;
  };
#ifdef PAWL_WRONG
  grouped.aggregate(begin, take, pawl::Materialized::as("flights"));
#else
  grouped.aggregate(begin, take, pawl::Materialized::as("flights"), {}, flight_serde());
#endif
}

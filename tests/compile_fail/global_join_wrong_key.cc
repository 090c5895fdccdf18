// A join with a global table looks a key of the table up; the selector makes something else.
// Expected: pawl: the selector of a join with a global table makes the table's key
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto airports = builder.global_table<std::string, std::string>("airports");
  const auto flights = builder.stream<std::string, std::string>("flights");
  const auto named = [](const std::string& flight, const std::string& airport) {
    return flight + airport;
  };
#ifdef PAWL_WRONG
  flights.join(airports, [](const std::string& flight) { return flight.size(); }, named);
#else
  flights.join(airports, [](const std::string& flight) { return flight; }, named);
#endif
}

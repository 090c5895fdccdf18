// A function that takes other values than the stream behind map_values has.
// Expected: pawl: this function must be callable with (const K&, const V&) or (const V&)
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#ifdef PAWL_WRONG
using Taken = std::string;
#else
using Taken = std::int64_t;
#endif

void build(pawl::StreamBuilder& builder) {
  builder.stream<std::string, std::string>("in")
      .map_values([](const std::string& value) { return static_cast<std::int64_t>(value.size()); })
      .filter([](const Taken& value) { return value != Taken(); });
}

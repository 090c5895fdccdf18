// A sink whose serde is for other values than its parent produces.
// Expected: conflicting types for parameter
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>

#ifdef PAWL_WRONG
const auto kValues = pawl::serde::int64();
#else
const auto kValues = pawl::serde::string();
#endif

void build(pawl::TopologyBuilder& builder) {
  const auto in = builder.source("in", {"in"}, pawl::serde::string(), pawl::serde::string());
  builder.sink("out", "out", in, pawl::serde::string(), kValues);
}

// A side output of a stream that is merged into another: a merge drops nothing.
// Expected: pawl: a merge drops no records of its streams: call dropped_to() behind it
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto online = builder.stream<std::string, std::string>("online");
  const auto shops = builder.stream<std::string, std::string>("shops");
#ifdef PAWL_WRONG
  online.merge(shops.dropped_to("without-key")).group_by_key().count();
#else
  online.merge(shops).dropped_to("without-key").group_by_key().count();
#endif
}

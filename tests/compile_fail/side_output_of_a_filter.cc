// A side output in front of a verb that drops nothing of its stream.
// Expected: pawl: this verb drops no records of its stream: call dropped_to() directly in front of
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto orders = builder.stream<std::string, std::string>("orders");
  const auto filled = [](const std::string& order) { return !order.empty(); };
#ifdef PAWL_WRONG
  orders.dropped_to("without-key").filter(filled).group_by_key().count();
#else
  orders.filter(filled).dropped_to("without-key").group_by_key().count();
#endif
}

// A foreign key that is no key of the other table.
// Expected: pawl: the foreign key must be of the type of the other table's keys
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#ifdef PAWL_WRONG
using ForeignKey = std::string;
#else
using ForeignKey = std::int64_t;
#endif

void build(pawl::StreamBuilder& builder) {
  const auto orders = builder.table<std::string, std::string>("orders");
  const auto customers = builder.table<std::int64_t, std::string>("customers");
  orders.join(
      customers, [](const std::string&) { return ForeignKey(); },
      [](const std::string& order, const std::string& name) { return order + name; });
}

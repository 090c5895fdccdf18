// The partitioners of a foreign-key join are asked with the keys of the two tables.
// Expected: pawl: the partitioners of a foreign-key join take the key of the left and of the right
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <cstdint>

void build(pawl::StreamBuilder& builder) {
  const auto orders = builder.table<std::int64_t, std::string>("orders");
  const auto customers = builder.table<std::string, std::string>("customers");
  const auto customer_of = [](const std::string& order) { return order; };
  const auto named = [](const std::string& order, const std::string& name) { return order + name; };
  const auto by_order = [](const std::int64_t&, std::int32_t) { return pawl::PartitionId(0); };
  const auto by_customer = [](const std::string&, std::int32_t) { return pawl::PartitionId(0); };
#ifdef PAWL_WRONG
  orders.join(customers, customer_of, named,
              pawl::TableJoined::partitioned_by(by_customer, by_order));
#else
  orders.join(customers, customer_of, named,
              pawl::TableJoined::partitioned_by(by_order, by_customer));
#endif
}

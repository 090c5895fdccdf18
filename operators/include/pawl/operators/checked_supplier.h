// check_supplier: refuses a supplier of hand-made steps that makes none, while the topology is
// composed instead of when its first task is made. Source: ApiUtils.checkSupplier, which asks the
// supplier then, too. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/engine/topology.h>

#include <string>

namespace pawl::internal {

// `supplier` returns std::unique_ptr; what it makes here is not used. Throws TopologyError.
template <class Supplier>
void check_supplier(const std::string& node, const Supplier& supplier) {
  if (supplier() == nullptr) {
    throw TopologyError("the supplier of processor '" + node +
                        "' returned null: it makes a new processor at each call");
  }
}

}  // namespace pawl::internal

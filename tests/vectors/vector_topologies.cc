#include "vectors/vector_topologies.h"

namespace pawl::test {

VectorTopologies vector_topologies() {
  VectorTopologies all;
  for (VectorTopologies part :
       {stateless_topologies(), aggregate_topologies(), window_topologies(), suppress_topologies(),
        table_topologies(), key_value_store_topologies(), window_store_topologies(),
        error_topologies(), versioned_topologies(), header_topologies(), global_topologies()}) {
    all.merge(part);
  }
  return all;
}

std::vector<std::string> replayed_vectors() {
  std::vector<std::string> names;
  for (const auto& [name, build] : vector_topologies()) {
    if (name != kCachedStoreVector) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace pawl::test

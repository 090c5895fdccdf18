#include "vectors/vector_topologies.h"

namespace pawl::test {

VectorTopologies vector_topologies() {
  VectorTopologies all;
  for (VectorTopologies part :
       {stateless_topologies(), aggregate_topologies(), window_topologies(), suppress_topologies(),
        table_topologies(), key_value_store_topologies(), window_store_topologies(),
        error_topologies(), cache_topologies()}) {
    all.merge(part);
  }
  return all;
}

}  // namespace pawl::test

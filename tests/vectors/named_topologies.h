// The topologies of unit/topology_names.jsonl: which names nodes, stores and topics get.
#pragma once

#include "vectors/vector_topologies.h"

#include <string>

namespace pawl::test {

VectorTopologies named_topologies();
// Those of tables.
VectorTopologies named_table_topologies();
// Those with joins of two streams and with processors.
VectorTopologies named_join_topologies();

}  // namespace pawl::test

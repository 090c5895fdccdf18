// The topologies of unit/topology_names.jsonl: which names nodes, stores and topics get.
#pragma once

#include "vectors/vector_topologies.h"

#include <set>
#include <string>

namespace pawl::test {

VectorTopologies named_topologies();
// Those of tables.
VectorTopologies named_table_topologies();
// Those with joins of two streams and with processors.
VectorTopologies named_join_topologies();

// Rows that need operators pawl does not have yet.
std::set<std::string> topologies_to_come();

}  // namespace pawl::test

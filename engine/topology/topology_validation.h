// Every rule about a topology that can be checked without a broker. Throws TopologyError.
#pragma once

#include <pawl/engine/topology.h>

namespace pawl::internal {

void validate_topology(const TopologySpec& spec);

// Throws unless `name` can be a Kafka topic name: 1 to 249 characters of [a-zA-Z0-9._-], not "." or
// "..".
void validate_name(const std::string& what, const std::string& name);

}  // namespace pawl::internal

// What pipeline() has to have written, told from its input alone, and the comparison with what it
// did write.
#pragma once

#include "support/kafka.h"

#include <string>
#include <vector>

namespace pawl::test {

// Whether a transaction is open on what the pipeline writes. One that a killed instance left ends
// by itself a transaction timeout later at most.
bool transactions_open(const Kafka& kafka, const std::string& application,
                       const std::string& topics);

// Returns: every difference between outputs, stores, offsets and what they ought to be; empty = all
// is right. Compares:
//   I1  the outputs as a multiset, one for one
//   I2  outputs of one source partition appear in its order
//   I3  the committed offsets equal the end of every input and repartition partition
//   I4  no transaction was left open: every topic's last stable offset soon becomes its end
std::vector<std::string> check_pipeline_outputs(const Kafka& kafka, const std::string& application,
                                                const std::string& topics);

// I8: the stores on disk, of tasks that were closed clean, equal the fold of their changelogs.
// `state_dirs`: of all instances. Adds what is missing altogether.
std::vector<std::string> check_pipeline_stores(const Kafka& kafka, const std::string& application,
                                               const std::vector<std::string>& state_dirs);

}  // namespace pawl::test

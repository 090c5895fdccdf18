// The families of operators, one file each.
#pragma once

#include "families/family.h"

#include <string>
#include <vector>

namespace pawl::test {

Family outer_join();
Family stream_table_join();
Family table_table_join();
Family foreign_key_join();
Family global_table_join();
Family session_windows();
Family sliding_windows();
Family cogroup();
Family table_group_by();
Family versioned_table();
Family source_topic_as_changelog();

std::vector<Family> all_families();
// Throws std::invalid_argument when there is none of that name.
Family family(const std::string& name);

}  // namespace pawl::test

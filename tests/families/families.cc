#include "families/families.h"

#include <stdexcept>
#include <utility>

namespace pawl::test {

std::vector<Family> all_families() {
  return {outer_join(),        stream_table_join(), table_table_join(),         foreign_key_join(),
          global_table_join(), session_windows(),   sliding_windows(),          cogroup(),
          table_group_by(),    versioned_table(),   source_topic_as_changelog()};
}

Family family(const std::string& name) {
  for (Family& candidate : all_families()) {
    if (candidate.name == name) {
      return std::move(candidate);
    }
  }
  throw std::invalid_argument("there is no family " + name);
}

}  // namespace pawl::test

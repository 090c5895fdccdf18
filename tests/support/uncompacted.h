// The config of a changelog whose records are older than the broker lets the history of a versioned
// store be: by its clock all of it is long over, and it may compact it at any time.
#pragma once

#include <map>
#include <string>

namespace pawl::test {

inline std::map<std::string, std::string> uncompacted() {
  return {{"min.compaction.lag.ms", "9223372036854775807"}};
}

}  // namespace pawl::test

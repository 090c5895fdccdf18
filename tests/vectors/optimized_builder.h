// StreamBuilder for topologies whose names are compared with and without optimisation: in files
// that include this, build() goes by what the test has set.
#pragma once

#include <pawl/operators/optimizations.h>
#include <pawl/operators/stream_builder.h>

namespace pawl::test {

class StreamBuilder : public pawl::StreamBuilder {
 public:
  [[nodiscard]] Topology build() const { return pawl::StreamBuilder::build(optimizations()); }

  // What build() does. Thread rule: one thread.
  static Optimizations& optimizations() {
    static Optimizations chosen;
    return chosen;
  }
};

}  // namespace pawl::test

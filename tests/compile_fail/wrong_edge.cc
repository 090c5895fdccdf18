// A processor behind a node that produces other values than it receives.
// Expected: pawl: this processor receives other key or value types than its parent produces.
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>

#include <memory>

#ifdef PAWL_WRONG
using Received = std::int64_t;
#else
using Received = std::string;
#endif

class Step final : public pawl::Processor<std::string, Received> {
 public:
  void process(const pawl::Record<std::string, Received>& /*record*/) override {}
};

void build(pawl::TopologyBuilder& builder) {
  const auto in = builder.source("in", {"in"}, pawl::serde::string(), pawl::serde::string());
  builder.processor("step", [] { return std::make_unique<Step>(); }, in);
}

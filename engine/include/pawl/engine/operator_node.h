// OperatorNode: the base of nodes that receive records of one type and forward records of another:
// what every DSL operator derives from, and what a user's own operator can derive from as well.
// Thread rule: owner thread only.
#pragma once

#include <pawl/engine/node.h>
#include <pawl/engine/outlet.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>

namespace pawl {

template <class KIn, class VIn, class KOut, class VOut>
class OperatorNode : public Node, public Receiver<KIn, VIn> {
 public:
  using Node::Node;

  void connect(Node& child) final { outlet_.connect(child); }
  void init(ProcessingContext& context) final {
    context_ = &context;
    outlet_.init(context);
    opened(context);
  }

 protected:
  // Looks up stores, times and counters.
  virtual void opened(ProcessingContext& /*context*/) {}

  void forward(const Record<KOut, VOut>& record) const { outlet_.forward(record); }
  [[nodiscard]] ProcessingContext& context() const { return *context_; }
  [[nodiscard]] const Outlet<KOut, VOut>& outlet() const { return outlet_; }

 private:
  Outlet<KOut, VOut> outlet_;
  ProcessingContext* context_ = nullptr;
};

}  // namespace pawl

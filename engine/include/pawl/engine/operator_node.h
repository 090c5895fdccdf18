// OperatorNode: the base of nodes that receive records of one type and forward records of another:
// what every DSL operator derives from, and what a user's own operator can derive from as well.
// What it cannot use it drops: counted, and shown to its side outputs (side_output.h). Thread rule:
// owner thread only.
#pragma once

#include <pawl/engine/node.h>
#include <pawl/engine/outlet.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>
#include <pawl/engine/side_output.h>

#include <string_view>

namespace pawl {

template <class KIn, class VIn, class KOut, class VOut>
class OperatorNode : public Node, public Receiver<KIn, VIn> {
 public:
  using Node::Node;

  void connect(Node& child) final {
    if (!side_outputs_.connect(child)) {
      outlet_.connect(child);
    }
  }
  void init(ProcessingContext& context) final {
    context_ = &context;
    outlet_.init(context);
    side_outputs_.init(context);
    opened(context);
  }

 protected:
  // Looks up stores, times and counters.
  virtual void opened(ProcessingContext& /*context*/) {}

  void forward(const Record<KOut, VOut>& record) const { outlet_.forward(record); }
  // Counts a record that this node cannot use and shows it to the side outputs. Reasons are made in
  // opened().
  void drop(const Record<KIn, VIn>& record, const DropReason& reason) const {
    side_outputs_.drop(record, reason);
  }
  // Shows a record to the side outputs when its drop is counted elsewhere.
  void show_dropped(const Record<KIn, VIn>& record, std::string_view reason) const {
    side_outputs_.show(record, reason);
  }
  [[nodiscard]] ProcessingContext& context() const { return *context_; }
  [[nodiscard]] const Outlet<KOut, VOut>& outlet() const { return outlet_; }

 private:
  Outlet<KOut, VOut> outlet_;
  SideOutputs<KIn, VIn> side_outputs_;
  ProcessingContext* context_ = nullptr;
};

}  // namespace pawl

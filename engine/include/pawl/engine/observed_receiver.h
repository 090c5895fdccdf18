// ObservedReceiver: stands in front of a node that is observed (node_observer.h): shows its
// observer each record before and after the node has it. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/node_observer.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>

namespace pawl {

template <class K, class V>
class ObservedReceiver final : public Receiver<K, V> {
 public:
  // Lifetime: both outlive this.
  ObservedReceiver(NodeObserver& observer, Receiver<K, V>& node)
      : observer_(observer), node_(node) {}
  void init(const ProcessingContext& context) { context_ = &context; }
  void receive(const Record<K, V>& record) override {
    run_observed(observer_, NodeCall(record, context_->coordinates()),
                 [&] { node_.receive(record); });
  }

 private:
  NodeObserver& observer_;
  Receiver<K, V>& node_;
  const ProcessingContext* context_ = nullptr;
};

}  // namespace pawl

// Outlet<K, V>: the children of a node. Handing a record to a child is also the one place where an
// exception of user code is caught: the child that threw loses the record or stops the task, as the
// policy says; its siblings go on. While they handle a record, its timestamp and headers are those
// of the record in hand (Source: ProcessorContextImpl.forward). Thread rule: owner thread only.
#pragma once

#include <pawl/engine/observed_receiver.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>
#include <pawl/model/assert.h>

#include <memory>
#include <string_view>
#include <vector>

namespace pawl {

template <class K, class V>
class Outlet {
 public:
  void connect(Node& child) {
    auto* receiver = dynamic_cast<Receiver<K, V>*>(&child);
    PAWL_ASSERT(receiver != nullptr, child.name());
    if (child.observer() != nullptr) {
      receiver =
          observed_
              .emplace_back(std::make_unique<ObservedReceiver<K, V>>(*child.observer(), *receiver))
              .get();
    }
    children_.push_back({&child, receiver});
  }
  void init(ProcessingContext& context) {
    context_ = &context;
    write_context_ = &context.write_context();
    for (const auto& receiver : observed_) {
      receiver->init(context);
    }
  }

  // Gives the record to every child, in the order in which they were connected.
  void forward(const Record<K, V>& record) const {
    for (const Child& child : children_) {
      deliver(child, record);
    }
  }
  // Gives the record to one child. Requires: a child of that name.
  void forward_to(std::string_view name, const Record<K, V>& record) const {
    for (const Child& child : children_) {
      if (child.node->name() == name) {
        deliver(child, record);
        return;
      }
    }
    throw std::invalid_argument("no child node is called " + std::string(name));
  }
  // The record as another child number, for nodes whose children mean different things (split).
  void forward_to(std::size_t index, const Record<K, V>& record) const {
    deliver(children_[index], record);
  }
  [[nodiscard]] std::size_t size() const { return children_.size(); }

 private:
  struct Child {
    Node* node;
    Receiver<K, V>* receiver;
  };

  void deliver(const Child& child, const Record<K, V>& record) const {
    const WriteContext former = *write_context_;
    *write_context_ = {record.timestamp, record.headers};
    try {
      child.receiver->receive(record);
    } catch (const ProcessingStopped&) {
      throw;
    } catch (...) {
      context_->processing_failed(*child.node);
    }
    *write_context_ = former;
  }

  std::vector<Child> children_;
  std::vector<std::unique_ptr<ObservedReceiver<K, V>>> observed_;
  ProcessingContext* context_ = nullptr;
  WriteContext* write_context_ = nullptr;
};

}  // namespace pawl

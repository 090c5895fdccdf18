// Node: one processing step of one task, as the engine sees it: untyped. What flows between nodes
// is typed (receiver.h), and the typed nodes connect themselves. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/node_observer.h>
#include <pawl/model/error.h>
#include <pawl/model/sticky_stop.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace pawl {

class ProcessingContext;

class Node {
 public:
  explicit Node(std::string name) : name_(std::move(name)) {}
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;

  [[nodiscard]] const std::string& name() const { return name_; }

  // Makes `child` a receiver of this node's records. The engine calls it for every edge before
  // init(). Requires: the child receives what this node produces; the DSL and TopologyBuilder only
  // make such edges.
  virtual void connect(Node& child) = 0;
  // Called once, parents before children, before the first record. Lifetime: `context` outlives the
  // node.
  virtual void init(ProcessingContext& context) = 0;
  // Called once when the task closes, clean or dirty. Nothing can be forwarded any more.
  virtual void close() {}

  // Who sees the calls of this node; null: nobody.
  [[nodiscard]] NodeObserver* observer() const { return observer_.get(); }
  // The engine calls it before the node becomes a child of another.
  void observe(std::unique_ptr<NodeObserver> observer) { observer_ = std::move(observer); }

 private:
  std::string name_;
  std::unique_ptr<NodeObserver> observer_;
};

// Processing cannot go on: a policy said stop, or a store failed. Thrown through all nodes up to
// the task, which turns it into an Error; the task stops also when user code catches it
// (StickyStop).
class ProcessingStopped : public std::runtime_error {
 public:
  explicit ProcessingStopped(Error error)
      : std::runtime_error(error.message), error_(std::move(error)) {
    StickyStop::note(error_);
  }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace pawl

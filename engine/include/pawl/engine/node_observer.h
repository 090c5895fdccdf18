// NodeObserver: sees every call of a node, before and after it: to time, count, log or check what
// passes through a topology, hand-made steps and operators of the DSL alike. Topology::observed_by
// asks for one for each node of each task:
//   class Timing final : public NodeObserver {
//    public:
//     explicit Timing(ProcessingContext& node)
//         : clock_(node.clock()), took_(node.histogram("node.took")) {}
//     void before(const NodeCall& /*call*/) override { began_ = clock_.monotonic(); }
//     void after(const NodeCall& /*call*/, NodeOutcome /*outcome*/) override {
//       took_.add(clock_.monotonic() - began_);
//     }
//     ...
// A call of a node contains those of the nodes behind it. An observer changes nothing: names,
// describe() and what flows are the same with it; but what it throws is an exception of its node,
// which the processing policy decides about: before() can refuse a record, which the node then does
// not see. What it counted stays when a transaction is aborted. Without observers nothing is asked.
// Source: ProcessorWrapper (KIP-1112), which replaces processors by others around them.
// Thread rule: owner thread only; different tasks have observers of their own on other threads.
#pragma once

#include <pawl/model/headers.h>
#include <pawl/model/record.h>
#include <pawl/model/record_coordinates.h>
#include <pawl/model/timestamp.h>

#include <functional>
#include <memory>
#include <typeinfo>
#include <utility>

namespace pawl {

class ProcessingContext;
struct NodeSpec;

// What a node is called for: a record or a punctuation. Lifetime: during the call.
class NodeCall {
 public:
  template <class K, class V>
  NodeCall(const Record<K, V>& record, const RecordCoordinates& coordinates)
      : key_(record.key),
        value_(record.value),
        key_type_(&typeid(K)),
        value_type_(&typeid(V)),
        timestamp_(record.timestamp),
        headers_(record.headers),
        coordinates_(&coordinates) {}
  // A punctuation.
  NodeCall(Timestamp now, const RecordCoordinates& coordinates)
      : timestamp_(now), coordinates_(&coordinates) {}

  [[nodiscard]] bool is_punctuation() const { return key_type_ == nullptr; }
  // Returns: the record's key; null if it has none, or if the node takes keys of another type.
  template <class K>
  [[nodiscard]] const K* key() const {
    return static_cast<const K*>(as<K>(key_, key_type_));
  }
  // The same of its value. Nodes of tables take Change<V> (pawl/operators/change.h).
  template <class V>
  [[nodiscard]] const V* value() const {
    return static_cast<const V*>(as<V>(value_, value_type_));
  }
  [[nodiscard]] bool has_key() const { return key_ != nullptr; }
  [[nodiscard]] bool has_value() const { return value_ != nullptr; }
  // The record's, or the time that made the punctuation due.
  [[nodiscard]] Timestamp timestamp() const { return timestamp_; }
  [[nodiscard]] const Headers& headers() const { return *headers_; }
  // Where the input record came from that is being processed; empty in a punctuation and behind it.
  [[nodiscard]] const RecordCoordinates& coordinates() const { return *coordinates_; }

 private:
  template <class T>
  static const void* as(const void* part, const std::type_info* type) {
    return type != nullptr && *type == typeid(T) ? part : nullptr;
  }

  const void* key_ = nullptr;
  const void* value_ = nullptr;
  const std::type_info* key_type_ = nullptr;
  const std::type_info* value_type_ = nullptr;
  Timestamp timestamp_;
  const Headers* headers_ = &Headers::none();
  const RecordCoordinates* coordinates_;
};

enum class NodeOutcome { returned, threw };

class NodeObserver {
 public:
  NodeObserver() = default;
  NodeObserver(const NodeObserver&) = delete;
  NodeObserver& operator=(const NodeObserver&) = delete;
  virtual ~NodeObserver() = default;

  virtual void before(const NodeCall& call) = 0;
  // Not called if before() threw.
  virtual void after(const NodeCall& call, NodeOutcome outcome) = 0;
};

// Makes the observer of a node of one task, null for none. Called for processors and sinks, those
// of global stores too, before stores are open: the context has metrics, ids and a clock. Lifetime:
// both arguments outlive the observer. Thread rule: called from several threads at once.
using NodeObserverSupplier =
    std::function<std::unique_ptr<NodeObserver>(const NodeSpec& node, ProcessingContext& context)>;

// Calls a node, which `run` does, in front of its observer.
template <class F>
void run_observed(NodeObserver& observer, const NodeCall& call, F&& run) {
  observer.before(call);
  try {
    std::forward<F>(run)();
  } catch (...) {
    observer.after(call, NodeOutcome::threw);
    throw;
  }
  observer.after(call, NodeOutcome::returned);
}

}  // namespace pawl

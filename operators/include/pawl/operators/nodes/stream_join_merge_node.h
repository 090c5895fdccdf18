// StreamJoinMergeNode: where the results of both sides of a join of two streams meet. In a left or
// outer join it also holds what the sides share (stream_join_progress.h): they are its parents, and
// find it when they are connected. Source: PassThrough in StreamStreamJoinNode.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/operators/nodes/stream_join_progress.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace pawl::internal {

// The side of the node that the parents see. Requires: asked for after all nodes were opened.
class SharesJoinProgress {
 public:
  SharesJoinProgress() = default;
  SharesJoinProgress(const SharesJoinProgress&) = delete;
  SharesJoinProgress& operator=(const SharesJoinProgress&) = delete;
  virtual StreamJoinProgress& progress() = 0;

 protected:
  ~SharesJoinProgress() = default;
};

template <class K, class V>
class StreamJoinMergeNode final : public OperatorNode<K, V, K, V>, public SharesJoinProgress {
 public:
  // `emit_interval`: absent in joins that keep nothing for later.
  StreamJoinMergeNode(std::string name, std::optional<std::chrono::milliseconds> emit_interval)
      : OperatorNode<K, V, K, V>(std::move(name)), emit_interval_(emit_interval) {}

  void receive(const Record<K, V>& record) override { this->forward(record); }
  StreamJoinProgress& progress() override { return *progress_; }

 protected:
  void opened(ProcessingContext& context) override {
    if (emit_interval_.has_value()) {
      progress_.emplace(context.operator_time(), *emit_interval_);
    }
  }

 private:
  std::optional<std::chrono::milliseconds> emit_interval_;
  std::optional<StreamJoinProgress> progress_;
};

}  // namespace pawl::internal

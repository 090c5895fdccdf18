// only_changes: passes the records whose value differs from that of the key's last record; a null
// value passes and makes the key forgotten. Records without a key are dropped, counted. An operator
// made outside of the library: one file, with its node, its state and its verb.
#pragma once

#include <pawl/engine/operator_node.h>
#include <pawl/pawl.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace my {

// The node: one object per task. State is in the store, never in members.
template <class K, class V>
class OnlyChangesNode final : public pawl::OperatorNode<K, V, K, V> {
 public:
  using LastValues = pawl::stores::KeyValue<K, V>;

  OnlyChangesNode(std::string name, LastValues definition)
      : pawl::OperatorNode<K, V, K, V>(std::move(name)), definition_(std::move(definition)) {}

  void receive(const pawl::Record<K, V>& record) override {
    if (record.key == nullptr) {
      without_key_->add();
      return;
    }
    if (record.value == nullptr) {
      last_->erase(*record.key);
    } else {
      if (last_->get(*record.key, before_) && before_ == *record.value) {
        return;
      }
      last_->put(*record.key, *record.value);
    }
    this->forward(record);
  }

 protected:
  void opened(pawl::ProcessingContext& context) override {
    last_.emplace(context.store(definition_));
    without_key_ = &context.dropped_counter("null_key");
  }

 private:
  LastValues definition_;
  std::optional<typename LastValues::Store> last_;
  V before_{};  // memory that is used again
  pawl::Counter* without_key_ = nullptr;
};

// The verb. `name`: of the node; its store is `<name>-store`. If the key was changed, equal keys
// are brought together first, through `<app>-<name>-repartition`.
template <class K, class V, auto kLacking>
pawl::Stream<K, V> only_changes(const pawl::Stream<K, V, kLacking>& stream, const std::string& name,
                                pawl::Serde<K> key = pawl::default_serde<K>(),
                                pawl::Serde<V> value = pawl::default_serde<V>()) {
  auto next = stream.plan();
  if (next.repartition_required) {
    next = stream.repartition(pawl::Repartitioned::as(name).with(key, value)).plan();
  }
  const auto last_values = pawl::stores::key_value<K, V>(name + "-store", key, value);
  next.plan->add_store(last_values.spec());
  next.node = &next.plan->add_processor(
      name, {next.node}, [=] { return std::make_unique<OnlyChangesNode<K, V>>(name, last_values); },
      {last_values.spec().name});
  return pawl::Stream<K, V>(std::move(next));
}

}  // namespace my

// BranchedStream: the branches of split(). Each record goes to the first branch whose predicate
// holds; without a default branch, what fits none is dropped and counted (records.dropped, reason
// unmatched), or goes where dropped_to() says.
//   auto branches = stream.split(Named::as("size-")).branch(is_large,
//   "large").default_branch("small"); branches.at("size-large").to("large-orders");
// Source: BranchedKStream (KIP-418). Branch names: the splitter's name followed by the given name
// or the branch's number (from 1; the default branch has 0). Thread rule: one thread, until the
// topology is built.
#pragma once

#include <pawl/operators/nodes/branch_node.h>
#include <pawl/operators/nodes/pass_through_node.h>
#include <pawl/operators/side_output_plan.h>
#include <pawl/operators/stream.h>

#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

template <class K, class V, internal::Lacking kLacking = internal::Lacking::nothing>
using Branches = std::map<std::string, Stream<K, V, kLacking>>;

namespace internal {

// What may follow a branch: a function of its stream, whose result is nothing or such a stream.
template <class Then, class K, class V, Lacking kLacking>
concept ContinuesBranch =
    std::invocable<const Then&, const Stream<K, V, kLacking>&> &&
    (std::is_void_v<std::invoke_result_t<const Then&, const Stream<K, V, kLacking>&>> ||
     std::convertible_to<std::invoke_result_t<const Then&, const Stream<K, V, kLacking>&>,
                         Stream<K, V, kLacking>>);

}  // namespace internal

template <class K, class V, internal::Lacking kLacking = internal::Lacking::nothing>
class BranchedStream {
 public:
  BranchedStream(internal::StreamPlan<K, V> plan, std::string name,
                 std::shared_ptr<internal::BranchPredicates<K, V>> predicates)
      : plan_(std::move(plan)), name_(std::move(name)), predicates_(std::move(predicates)) {}

  template <class Predicate>
  BranchedStream& branch(Predicate predicate, const std::optional<std::string>& name = {}) {
    keep(add_branch(std::move(predicate), name));
    return *this;
  }
  // Goes on with the branch in place: `then` takes its stream. A stream that it returns is among
  // the branches; without a result the branch is not. Source: Branched.withFunction, withConsumer.
  template <class Predicate, class Then>
    requires internal::ContinuesBranch<Then, K, V, kLacking>
  BranchedStream& branch(Predicate predicate, Then then,
                         const std::optional<std::string>& name = {}) {
    keep(add_branch(std::move(predicate), name), then);
    return *this;
  }
  // Ends the split; everything that fits no branch goes here.
  Branches<K, V, kLacking> default_branch(const std::optional<std::string>& name = {}) {
    keep(add_default_branch(name));
    return std::move(branches_);
  }
  template <class Then>
    requires internal::ContinuesBranch<Then, K, V, kLacking>
  Branches<K, V, kLacking> default_branch(Then then, const std::optional<std::string>& name = {}) {
    keep(add_default_branch(name), then);
    return std::move(branches_);
  }
  // Ends the split.
  Branches<K, V, kLacking> no_default_branch() { return std::move(branches_); }

 private:
  using Branch = Stream<K, V, kLacking>;

  template <class Predicate>
  Branch add_branch(Predicate predicate, const std::optional<std::string>& name) {
    ++number_;
    return add(
        [predicate = std::move(predicate)](const K* key, const V* value) {
          return static_cast<bool>(
              internal::call_with_record<Predicate, K, V>(predicate, key, value));
        },
        name.value_or(std::to_string(number_)));
  }
  Branch add_default_branch(const std::optional<std::string>& name) {
    return add([](const K*, const V*) { return true; }, name.value_or("0"));
  }

  void keep(const Branch& branch) { branches_.emplace(branch.plan().node->output(), branch); }
  template <class Then>
  void keep(const Branch& branch, const Then& then) {
    if constexpr (std::is_void_v<std::invoke_result_t<const Then&, const Branch&>>) {
      then(branch);
    } else {
      branches_.emplace(branch.plan().node->output(), then(branch));
    }
  }

  Branch add(std::function<bool(const K*, const V*)> predicate, const std::string& suffix) {
    // Every branch takes a number although its own name is made otherwise.
    plan_.plan->next_name("KSTREAM-BRANCHCHILD-");
    predicates_->push_back(std::move(predicate));
    const std::string name = name_ + suffix;
    internal::StreamPlan<K, V> branch = plan_;
    branch.node = &plan_.plan->add_processor(
        name, {plan_.node}, internal::node_factory<internal::PassThroughNode<K, V>>(name));
    return Branch(std::move(branch));
  }

  internal::StreamPlan<K, V> plan_;
  std::string name_;
  std::shared_ptr<internal::BranchPredicates<K, V>> predicates_;
  int number_ = 0;
  Branches<K, V, kLacking> branches_;
};

template <class K, class V, internal::Lacking kLacking>
BranchedStream<K, V, kLacking> Stream<K, V, kLacking>::split(const Named& named) const {
  const std::string name = plan_.plan->next_name("KSTREAM-BRANCH-", named.name());
  auto predicates = std::make_shared<internal::BranchPredicates<K, V>>();
  internal::StreamPlan<K, V> next = plan_;
  // The predicates are complete when the topology is built, which is before any node is made.
  next.node = &plan_.plan->add_processor(name, {plan_.node}, [name, predicates] {
    return std::make_unique<internal::BranchNode<K, V>>(name, predicates);
  });
  internal::add_side_output(plan_, *next.node);
  next.dropped_to = nullptr;
  return BranchedStream<K, V, kLacking>(std::move(next), name, std::move(predicates));
}

}  // namespace pawl

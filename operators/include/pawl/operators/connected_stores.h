// ConnectedStores: the stores that a hand-made step brings along, so that who adds the step need
// not know them. Its class names them in a static stores(), or its supplier in stores():
//   const auto kSeen = stores::key_value<std::string, bool>("seen");
//   class Unique final : public Processor<std::string, Event> {
//    public:
//     static ConnectedStores stores() { return {kSeen}; }
// They are added to the topology and connected to the step, together with those that are given by
// name. Steps that bring the same store share it. Source: ConnectedStoreProvider (KIP-401). Thread
// rule: one thread, until the topology is built.
#pragma once

#include <pawl/statestore/store_spec.h>

#include <algorithm>
#include <concepts>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pawl {

// What stores::key_value(...) and its siblings return.
template <class T>
concept IsStoreDefinition = requires(const T& definition) {
  { definition.spec() } -> std::convertible_to<const StoreSpec&>;
};

class ConnectedStores {
 public:
  template <IsStoreDefinition... Definitions>
  // NOLINTNEXTLINE(google-explicit-constructor): a list in braces is what it is.
  ConnectedStores(const Definitions&... definitions) : specs_{definitions.spec()...} {}

  [[nodiscard]] const std::vector<StoreSpec>& specs() const { return specs_; }

 private:
  std::vector<StoreSpec> specs_;
};

namespace internal {

template <class Supplier>
concept SuppliesStores = requires(const Supplier& supplier) {
  { supplier.stores() } -> std::convertible_to<ConnectedStores>;
};
template <class P>
concept NamesStores = requires {
  { P::stores() } -> std::convertible_to<ConnectedStores>;
};

// Calls `add(spec)` for each store that the steps of a supplier bring, and adds its name to
// `connected`.
template <class Supplier, class Add>
void connect_supplied_stores(const Supplier& supplier, std::vector<std::string>& connected,
                             const Add& add) {
  using P = typename std::invoke_result_t<const Supplier&>::element_type;
  const auto connect = [&](const ConnectedStores& stores) {
    for (const StoreSpec& spec : stores.specs()) {
      add(spec);
      if (std::find(connected.begin(), connected.end(), spec.name) == connected.end()) {
        connected.push_back(spec.name);
      }
    }
  };
  if constexpr (SuppliesStores<Supplier>) {
    connect(supplier.stores());
  }
  if constexpr (NamesStores<P>) {
    connect(P::stores());
  }
}

// Adds a store unless this very one is there. Another one of its name is refused when the topology
// is built.
inline void add_store_once(std::vector<StoreSpec>& stores, const StoreSpec& spec) {
  if (std::find(stores.begin(), stores.end(), spec) == stores.end()) {
    stores.push_back(spec);
  }
}

}  // namespace internal
}  // namespace pawl

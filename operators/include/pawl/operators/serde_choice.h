// Which serde a verb takes where keys or values meet a topic or a store: the one in its options,
// else the one that the stream or table carries, else DefaultSerde<T>.
//
// Streams and tables carry the serdes of the topic or store they come from; a verb that makes
// another key or value ends that. A table always has both. A stream whose new key or value has no
// DefaultSerde either has it in its type (`Lacking`), so a verb that may need the serde does not
// compile. Such a stream can be stored as a Stream<K, V>, whose type says nothing: then the verb
// throws TopologyError. Thread rule: one thread, until the topology is built.
#pragma once

#include <pawl/engine/topology.h>
#include <pawl/operators/stream_plan.h>
#include <pawl/serde/serde.h>

#include <optional>
#include <string>

namespace pawl::internal {

// Which parts of a stream certainly have no serde: none is carried, and the type has no default.
enum class Lacking : unsigned { nothing = 0, key = 1, value = 2, both = 3 };

constexpr Lacking operator&(Lacking left, Lacking right) {
  return static_cast<Lacking>(static_cast<unsigned>(left) & static_cast<unsigned>(right));
}
constexpr Lacking operator|(Lacking left, Lacking right) {
  return static_cast<Lacking>(static_cast<unsigned>(left) | static_cast<unsigned>(right));
}

// What a stream lacks behind a verb that made another key, or value, or both.
template <class KOut>
constexpr Lacking with_new_key(Lacking before) {
  return (before & Lacking::value) | (HasDefaultSerde<KOut> ? Lacking::nothing : Lacking::key);
}
template <class VOut>
constexpr Lacking with_new_value(Lacking before) {
  return (before & Lacking::key) | (HasDefaultSerde<VOut> ? Lacking::nothing : Lacking::value);
}
template <class KOut, class VOut>
inline constexpr Lacking kLackingNew = with_new_value<VOut>(with_new_key<KOut>(Lacking::nothing));

// `part`: "keys" or "values", of the records behind `node`. Throws TopologyError.
[[noreturn]] void no_serde(const std::string& node, const char* part);

constexpr bool lacks(Lacking lacking, Lacking part) {
  return (lacking & part) == part;
}

template <bool kLacks, class T>
Serde<T> carried_or_default(const std::optional<Serde<T>>& carried, const PlanNode& node,
                            const char* part) {
  if (carried.has_value()) {
    return *carried;
  }
  if constexpr (kLacks || HasDefaultSerde<T>) {
    return default_serde<T>();
  } else {
    no_serde(node.output(), part);
  }
}

template <Lacking kLacking, class K, class V>
Serde<K> key_serde_of(const StreamPlan<K, V>& stream) {
  return carried_or_default<lacks(kLacking, Lacking::key)>(stream.key_serde, *stream.node, "keys");
}
template <Lacking kLacking, class K, class V>
Serde<V> value_serde_of(const StreamPlan<K, V>& stream) {
  return carried_or_default<lacks(kLacking, Lacking::value)>(stream.value_serde, *stream.node,
                                                             "values");
}

// `options`: SerdeOptions.
template <Lacking kLacking, class K, class V, class Options>
Serde<K> key_serde_of(const StreamPlan<K, V>& stream, const Options& options) {
  if constexpr (Options::kHasSerdes) {
    return options.serdes().key;
  } else {
    return key_serde_of<kLacking>(stream);
  }
}
template <Lacking kLacking, class K, class V, class Options>
Serde<V> value_serde_of(const StreamPlan<K, V>& stream, const Options& options) {
  if constexpr (Options::kHasSerdes) {
    return options.serdes().value;
  } else {
    return value_serde_of<kLacking>(stream);
  }
}

}  // namespace pawl::internal

// Change<V>: what flows between table operators: the new value of a key and, where somebody wants
// it, the value before. A null new value means that the key is deleted. Source:
// org.apache.kafka.streams.kstream.internals.Change. Thread rule: a value that borrows, like
// Record.
#pragma once

namespace pawl {

template <class V>
struct Change {
  const V* new_value = nullptr;
  const V* old_value = nullptr;
  // False: an update of the past in a versioned table, which leaves the current value as it is.
  bool is_latest = true;
};

}  // namespace pawl

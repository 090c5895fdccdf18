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
  // False: an update of an earlier time than the key's latest (versioned tables only); it changes
  // history, not what the table shows now.
  bool is_latest = true;
};

}  // namespace pawl

// WindowUpdates: what one record makes of the windows that it lies in, set aside until the last
// user function has run: a record that makes one throw leaves nothing behind when it is skipped.
// Thread rule: a value of one node, reused for every record.
#pragma once

#include <pawl/model/record.h>
#include <pawl/model/window.h>

#include <cstddef>
#include <vector>

namespace pawl::internal {

template <class A>
struct WindowUpdate {
  Window window;
  Timestamp timestamp;
  A value{};
  A old{};
  bool exists = false;  // false: the window has no aggregate any more
  bool has_old = false;

  // A window that holds what another one holds.
  void begin(const A& with) {
    value = with;
    exists = true;
    has_old = false;
  }
};

template <class A>
class WindowUpdates {
 public:
  // Returns: one more, whose other parts are as an earlier record left them. Lifetime: until the
  // next call.
  WindowUpdate<A>& add(const Window& window, Timestamp timestamp) {
    if (used_ == updates_.size()) {
      updates_.emplace_back();
    }
    WindowUpdate<A>& added = updates_[used_++];
    added.window = window;
    added.timestamp = timestamp;
    return added;
  }
  void clear() { used_ = 0; }
  // Kafka Streams writes each update `at_once`, also of a record that then makes a function throw;
  // the order decides what its record cache evicts.
  template <class K, class V, class Store, class Changes>
  void settle(bool at_once, const Record<K, V>& record, Store& store, Changes& changes) {
    if (at_once) {
      write(record, store, changes);
      clear();
    }
  }

  // Writes them in the order they were added, and tells `changes` of each.
  template <class K, class V, class Store, class Changes>
  void write(const Record<K, V>& record, Store& store, Changes& changes) const {
    for (std::size_t at = 0; at < used_; ++at) {
      const WindowUpdate<A>& update = updates_[at];
      const A* const value = update.exists ? &update.value : nullptr;
      store.put(*record.key, value, update.timestamp, update.window.start);
      changes.changed(record, update.window, value, update.has_old ? &update.old : nullptr,
                      update.timestamp);
    }
  }

 private:
  std::vector<WindowUpdate<A>> updates_;
  std::size_t used_ = 0;
};

}  // namespace pawl::internal

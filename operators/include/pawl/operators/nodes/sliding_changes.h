// SlidingChanges: who is told what a record changes in the sliding windows around it. Thread rule:
// owner thread only.
#pragma once

#include <pawl/model/record.h>
#include <pawl/model/window.h>

namespace pawl::internal {

template <class K, class V, class A>
class SlidingChanges {
 public:
  // `value` null: the window has none any more; `old` null: it had none, or nobody wants it.
  virtual void changed(const Record<K, V>& record, const Window& window, const A* value,
                       const A* old, Timestamp timestamp) = 0;

 protected:
  ~SlidingChanges() = default;
};

}  // namespace pawl::internal

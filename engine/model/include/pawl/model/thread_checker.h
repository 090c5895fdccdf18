// ThreadChecker: "owner thread only", as an assertion. A member of every class that belongs to one
// stream thread. The first check binds it to the calling thread; release() lets another thread take
// over (a task that moves).
#pragma once

#include <pawl/model/assert.h>

#include <thread>

namespace pawl {

class ThreadChecker {
 public:
  void check() {
    if (owner_ == std::thread::id()) {
      owner_ = std::this_thread::get_id();
    }
    PAWL_ASSERT(owner_ == std::this_thread::get_id());
  }
  void release() { owner_ = std::thread::id(); }

 private:
  std::thread::id owner_;
};

}  // namespace pawl

#include "client/rdkafka/background_call.h"

#include <pawl/model/assert.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace pawl::internal::rdkafka {

class BackgroundCall::Worker {
 public:
  void give(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex_);
      work_ = std::move(work);
    }
    changed_.notify_all();
  }
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
  }
  bool wait_until_idle(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return work_ == nullptr; });
  }
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return stopping_ || work_ != nullptr; });
      if (work_ == nullptr) {
        return;
      }
      lock.unlock();
      work_();
      lock.lock();
      work_ = nullptr;  // with all that it owns
      changed_.notify_all();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> work_;
  bool stopping_ = false;
};

BackgroundCall::~BackgroundCall() {
  if (worker_ != nullptr) {
    worker_->stop();
  }
}

void BackgroundCall::start(std::function<void()> work) {
  PAWL_ASSERT(!running_);
  if (worker_ == nullptr) {
    worker_ = std::make_shared<Worker>();
    std::thread([worker = worker_] { worker->run(); }).detach();
  }
  worker_->give(std::move(work));
  running_ = true;
}

bool BackgroundCall::wait(std::chrono::milliseconds timeout) {
  if (running_ && worker_->wait_until_idle(timeout)) {
    running_ = false;
  }
  return !running_;
}

}  // namespace pawl::internal::rdkafka

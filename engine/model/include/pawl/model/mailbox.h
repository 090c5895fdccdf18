// Mailbox<T>: messages from any thread to one owner thread. Bounded: a full mailbox refuses, it
// never grows. Thread rule: send() from any thread, receive_all() on the owner thread.
#pragma once

#include <pawl/model/guarded.h>

#include <cstddef>
#include <utility>
#include <vector>

namespace pawl {

template <class T>
class Mailbox {
 public:
  explicit Mailbox(std::size_t messages_max = 1024) : messages_max_(messages_max) {}

  // Returns: false when the mailbox is full; the message is dropped then.
  [[nodiscard]] bool send(T message) {
    return messages_.with([&](std::vector<T>& messages) {
      if (messages.size() >= messages_max_) {
        return false;
      }
      messages.push_back(std::move(message));
      return true;
    });
  }

  // Returns: everything sent since the last call, in order.
  std::vector<T> receive_all() {
    return messages_.with([](std::vector<T>& messages) { return std::exchange(messages, {}); });
  }

 private:
  const std::size_t messages_max_;
  Guarded<std::vector<T>> messages_;
};

}  // namespace pawl

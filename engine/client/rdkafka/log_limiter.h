// LogLimiter: lets each message through once per interval and counts the rest, so that a broker
// that is away for an hour is a few lines in the log, not a hundred thousand. Messages that differ
// in numbers only (ports, milliseconds, counts) are the same message. Thread rule: any thread.
#pragma once

#include <pawl/model/clock.h>
#include <pawl/model/guarded.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::internal::rdkafka {

class LogLimiter {
 public:
  static constexpr MonotonicTime kInterval = std::chrono::seconds(10);
  // More different messages than this within one interval are let through unlimited no more: the
  // oldest is forgotten.
  static constexpr std::size_t kMessagesMax = 256;

  // Returns: how many equal messages were held back since the last one that was let through; absent
  // when this one is to be held back too.
  [[nodiscard]] std::optional<std::uint64_t> admit(std::string_view message, MonotonicTime now);

 private:
  struct Seen {
    MonotonicTime at{0};
    std::uint64_t held_back = 0;
  };
  Guarded<std::map<std::string, Seen, std::less<>>> seen_;
};

// Returns: the message without what differs between two lines that say the same: numbers.
[[nodiscard]] std::string without_numbers(std::string_view message);

}  // namespace pawl::internal::rdkafka

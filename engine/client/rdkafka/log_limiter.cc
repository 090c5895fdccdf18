#include "client/rdkafka/log_limiter.h"

#include <algorithm>
#include <utility>

namespace pawl::internal::rdkafka {

std::string without_numbers(std::string_view message) {
  std::string text;
  text.reserve(message.size());
  for (const char c : message) {
    if (c < '0' || c > '9') {
      text += c;
    } else if (text.empty() || text.back() != '#') {
      text += '#';
    }
  }
  return text;
}

std::optional<std::uint64_t> LogLimiter::admit(std::string_view message, MonotonicTime now) {
  const std::string key = without_numbers(message);
  return seen_.with([&](auto& seen) -> std::optional<std::uint64_t> {
    const auto found = seen.find(key);
    if (found != seen.end() && now - found->second.at < kInterval) {
      ++found->second.held_back;
      return std::nullopt;
    }
    if (found != seen.end()) {
      found->second.at = now;
      return std::exchange(found->second.held_back, 0);
    }
    if (seen.size() >= kMessagesMax) {
      seen.erase(std::min_element(
          seen.begin(), seen.end(),
          [](const auto& left, const auto& right) { return left.second.at < right.second.at; }));
    }
    seen.emplace(key, Seen{now, 0});
    return 0;
  });
}

}  // namespace pawl::internal::rdkafka

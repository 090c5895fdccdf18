// Suppressed: holds the results of a windowed table back until a window is closed, so that exactly
// one, final result per window comes out. Closed means: stream time has reached the window's end
// plus its grace.
//   .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
// Only a strict buffer is accepted: one that would emit early could not promise final results.
// Source: KIP-328, Suppressed, BufferConfig.
// Thread rule: values.
#pragma once

#include <pawl/statestore/store_spec.h>

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

// A buffer that never gives a result away before its time.
class StrictBuffer {
 public:
  StrictBuffer(std::size_t records_max, std::size_t bytes_max)
      : records_max_(records_max), bytes_max_(bytes_max) {}
  [[nodiscard]] StrictBuffer logging_disabled() && {
    logging_ = Logging::disabled;
    return std::move(*this);
  }
  [[nodiscard]] StrictBuffer changelog_config(std::map<std::string, std::string> config) && {
    changelog_config_ = std::move(config);
    return std::move(*this);
  }
  [[nodiscard]] std::size_t records_max() const { return records_max_; }
  [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }
  [[nodiscard]] Logging logging() const { return logging_; }
  [[nodiscard]] const std::map<std::string, std::string>& changelog_config() const {
    return changelog_config_;
  }

 private:
  std::size_t records_max_;
  std::size_t bytes_max_;
  Logging logging_ = Logging::enabled;
  std::map<std::string, std::string> changelog_config_;
};

namespace internal {

// A bound for which it was not said yet what happens when it is reached.
class BoundedBuffer {
 public:
  BoundedBuffer(std::size_t records_max, std::size_t bytes_max)
      : records_max_(records_max), bytes_max_(bytes_max) {}
  // Stop the application with a message.
  [[nodiscard]] StrictBuffer shut_down_when_full() const { return {records_max_, bytes_max_}; }

 private:
  std::size_t records_max_;
  std::size_t bytes_max_;
};

}  // namespace internal

struct Buffer {
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();
  static StrictBuffer unbounded() { return {kUnlimited, kUnlimited}; }
  static internal::BoundedBuffer max_records(std::size_t records) { return {records, kUnlimited}; }
  static internal::BoundedBuffer max_bytes(std::size_t bytes) { return {kUnlimited, bytes}; }
};

class Suppressed {
 public:
  static Suppressed until_window_closes(StrictBuffer buffer) {
    return Suppressed(std::move(buffer));
  }
  // Names the node; its store is `<name>-store`.
  [[nodiscard]] Suppressed named(std::string name) && {
    name_ = std::move(name);
    return std::move(*this);
  }
  [[nodiscard]] const StrictBuffer& buffer() const { return buffer_; }
  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }

 private:
  explicit Suppressed(StrictBuffer buffer) : buffer_(std::move(buffer)) {}
  StrictBuffer buffer_;
  std::optional<std::string> name_;
};

}  // namespace pawl

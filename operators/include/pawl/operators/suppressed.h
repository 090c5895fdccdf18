// Suppressed: holds changes of a table back.
//   .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
//       of windowed tables: exactly one, final result per window, when stream time has reached the
//       window's end plus its grace. Only a strict buffer is accepted: one that would emit early
//       could not promise final results.
//   .suppress(Suppressed::until_time_limit(5min, Buffer::max_records(1000).emit_early_when_full()))
//       of any table: at most one change per key and time: the latest, when stream time has moved
//       on by the limit since the first change that is held back.
// Source: KIP-328, Suppressed, BufferConfig.
// Thread rule: values.
#pragma once

#include <pawl/statestore/store_spec.h>

#include <chrono>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

namespace internal {

// What happens when a buffer is full.
enum class WhenFull { stop, emit_early };

template <WhenFull kWhenFull>
class LimitedBuffer {
 public:
  LimitedBuffer(std::size_t records_max, std::size_t bytes_max)
      : records_max_(records_max), bytes_max_(bytes_max) {}
  [[nodiscard]] LimitedBuffer logging_disabled() && {
    logging_ = Logging::disabled;
    return std::move(*this);
  }
  [[nodiscard]] LimitedBuffer changelog_config(std::map<std::string, std::string> config) && {
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

}  // namespace internal

// A buffer that never gives a result away before its time: when it is full, the application stops.
using StrictBuffer = internal::LimitedBuffer<internal::WhenFull::stop>;
// A buffer that gives its oldest results away when it is full.
using EagerBuffer = internal::LimitedBuffer<internal::WhenFull::emit_early>;

namespace internal {

// A bound for which it was not said yet what happens when it is reached.
class BoundedBuffer {
 public:
  BoundedBuffer(std::size_t records_max, std::size_t bytes_max)
      : records_max_(records_max), bytes_max_(bytes_max) {}
  // A second bound.
  [[nodiscard]] BoundedBuffer and_max_records(std::size_t records) const {
    return {records, bytes_max_};
  }
  [[nodiscard]] BoundedBuffer and_max_bytes(std::size_t bytes) const {
    return {records_max_, bytes};
  }
  // Stop the application with a message.
  [[nodiscard]] StrictBuffer shut_down_when_full() const { return {records_max_, bytes_max_}; }
  // Give the oldest results away before their time.
  [[nodiscard]] EagerBuffer emit_early_when_full() const { return {records_max_, bytes_max_}; }

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

namespace internal {

// Suppression until a time limit.
template <class BufferType>
class TimeLimited {
 public:
  TimeLimited(std::chrono::milliseconds limit, BufferType buffer)
      : limit_(limit), buffer_(std::move(buffer)) {}
  // Names the node; its store is `<name>-store`.
  [[nodiscard]] TimeLimited named(std::string name) && {
    name_ = std::move(name);
    return std::move(*this);
  }
  [[nodiscard]] std::chrono::milliseconds limit() const { return limit_; }
  [[nodiscard]] const BufferType& buffer() const { return buffer_; }
  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }

 private:
  std::chrono::milliseconds limit_;
  BufferType buffer_;
  std::optional<std::string> name_;
};

}  // namespace internal

class Suppressed {
 public:
  static Suppressed until_window_closes(StrictBuffer buffer) {
    return Suppressed(std::move(buffer));
  }
  template <internal::WhenFull kWhenFull>
  static internal::TimeLimited<internal::LimitedBuffer<kWhenFull>> until_time_limit(
      std::chrono::milliseconds limit, internal::LimitedBuffer<kWhenFull> buffer) {
    return {limit, std::move(buffer)};
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

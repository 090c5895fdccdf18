// OffsetReset: where a source starts in a partition of which its group has no committed offset yet:
//   Consumed<K, V>::start(OffsetReset::latest)
//   Consumed<K, V>::start(OffsetReset::by_duration(24h))
// A start at the end or by duration is committed before anything is processed, so that it does not
// move when the application starts again. It says nothing about a committed offset whose record is
// not in the log any more: that stops the application, whatever is chosen here.
// Source: org.apache.kafka.streams.AutoOffsetReset (KIP-1106). Thread rule: a value.
#pragma once

#include <chrono>

namespace pawl {

class OffsetReset {
 public:
  enum class Kind { earliest, latest, none, by_duration };

  // At the start of the log, at its end, nowhere: without a committed offset the application stops.
  static const OffsetReset earliest;  // NOLINT(readability-identifier-naming): read as enumerators
  static const OffsetReset latest;    // NOLINT(readability-identifier-naming)
  static const OffsetReset none;      // NOLINT(readability-identifier-naming)
  // At the first record that is no older than this when the source starts, at the end of the log
  // when none is that young. Throws TopologyError for a negative duration.
  static OffsetReset by_duration(std::chrono::milliseconds duration);

  [[nodiscard]] constexpr Kind kind() const { return kind_; }
  // Requires: kind() is by_duration.
  [[nodiscard]] constexpr std::chrono::milliseconds duration() const { return duration_; }

  friend constexpr bool operator==(const OffsetReset&, const OffsetReset&) = default;

 private:
  constexpr explicit OffsetReset(Kind kind,
                                 std::chrono::milliseconds duration = std::chrono::milliseconds(0))
      : kind_(kind), duration_(duration) {}

  Kind kind_;
  std::chrono::milliseconds duration_;
};

inline constexpr OffsetReset OffsetReset::earliest{Kind::earliest};
inline constexpr OffsetReset OffsetReset::latest{Kind::latest};
inline constexpr OffsetReset OffsetReset::none{Kind::none};

}  // namespace pawl

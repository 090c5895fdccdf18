// Counters, gauges and histograms of the engine and its operators. Each thread counts in a
// MetricsRecorder of its own, without locks or atomics, and publishes an immutable MetricsSnapshot
// from time to time; readers see snapshots only. Names and labels: metrics/metric_names.h. Thread
// rule: MetricsRecorder and what it returns: owner thread only. MetricsSnapshot: any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace pawl {

using MetricLabels = std::map<std::string, std::string>;

struct MetricId {
  std::string name;
  MetricLabels labels;
  friend auto operator<=>(const MetricId&, const MetricId&) = default;
};

class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_ += amount; }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

class Gauge {
 public:
  void set(std::int64_t value) { value_ = value; }
  [[nodiscard]] std::int64_t value() const { return value_; }

 private:
  std::int64_t value_ = 0;
};

// Durations in powers of two of a nanosecond: bucket i counts durations below 2^i ns.
class DurationHistogram {
 public:
  static constexpr std::size_t kBuckets = 40;
  void add(std::chrono::nanoseconds duration) {
    const auto nanoseconds =
        static_cast<std::uint64_t>(duration.count() < 0 ? 0 : duration.count());
    const auto bits = static_cast<std::size_t>(64 - __builtin_clzll(nanoseconds | 1U));
    ++buckets_[bits < kBuckets ? bits : kBuckets - 1];
    ++count_;
    sum_ += std::chrono::nanoseconds(nanoseconds);
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::chrono::nanoseconds sum() const { return sum_; }
  [[nodiscard]] const std::array<std::uint64_t, kBuckets>& buckets() const { return buckets_; }
  void merge(const DurationHistogram& other) {
    for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
      buckets_[bucket] += other.buckets_[bucket];
    }
    count_ += other.count_;
    sum_ += other.sum_;
  }

 private:
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds sum_{0};
};

struct MetricsSnapshot {
  std::map<MetricId, std::uint64_t> counters;
  std::map<MetricId, std::int64_t> gauges;
  std::map<MetricId, DurationHistogram> histograms;

  // Returns: the sum of a counter over all label values; 0 when nobody counted.
  [[nodiscard]] std::uint64_t total(std::string_view counter) const;
  // Adds what another thread counted.
  void merge(const MetricsSnapshot& other);
};

class MetricsRecorder {
 public:
  MetricsRecorder() = default;
  MetricsRecorder(const MetricsRecorder&) = delete;
  MetricsRecorder& operator=(const MetricsRecorder&) = delete;

  // Returns: the metric of that name and labels, made at the first call. Lifetime: as the recorder.
  Counter& counter(const std::string& name, const MetricLabels& labels = {});
  Gauge& gauge(const std::string& name, const MetricLabels& labels = {});
  DurationHistogram& histogram(const std::string& name, const MetricLabels& labels = {});

  [[nodiscard]] MetricsSnapshot snapshot() const;

 private:
  std::map<MetricId, Counter> counters_;
  std::map<MetricId, Gauge> gauges_;
  std::map<MetricId, DurationHistogram> histograms_;
};

}  // namespace pawl

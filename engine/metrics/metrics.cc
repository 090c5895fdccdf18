#include <pawl/engine/metrics.h>

namespace pawl {

std::uint64_t MetricsSnapshot::total(std::string_view counter) const {
  std::uint64_t sum = 0;
  for (const auto& [id, value] : counters) {
    if (id.name == counter) {
      sum += value;
    }
  }
  return sum;
}

void MetricsSnapshot::merge(const MetricsSnapshot& other) {
  for (const auto& [id, value] : other.counters) {
    counters[id] += value;
  }
  for (const auto& [id, value] : other.gauges) {
    gauges[id] = value;
  }
  for (const auto& [id, histogram] : other.histograms) {
    histograms[id].merge(histogram);
  }
}

Counter& MetricsRecorder::counter(const std::string& name, const MetricLabels& labels) {
  return counters_[{name, labels}];
}

Gauge& MetricsRecorder::gauge(const std::string& name, const MetricLabels& labels) {
  return gauges_[{name, labels}];
}

DurationHistogram& MetricsRecorder::histogram(const std::string& name, const MetricLabels& labels) {
  return histograms_[{name, labels}];
}

MetricsSnapshot MetricsRecorder::snapshot() const {
  MetricsSnapshot result;
  for (const auto& [id, counter] : counters_) {
    result.counters[id] = counter.value();
  }
  for (const auto& [id, gauge] : gauges_) {
    result.gauges[id] = gauge.value();
  }
  result.histograms.insert(histograms_.begin(), histograms_.end());
  return result;
}

}  // namespace pawl

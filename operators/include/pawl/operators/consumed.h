// Consumed: how a source reads its topics: name, event time, where it starts when nothing is
// committed.
#pragma once

#include <pawl/engine/source_node.h>
#include <pawl/engine/topology.h>

#include <optional>
#include <string>
#include <utility>

namespace pawl {

template <class K, class V>
class Consumed {
 public:
  static Consumed as(std::string name) {
    Consumed consumed;
    consumed.name_ = std::move(name);
    return consumed;
  }
  // Event time from the record's content; a negative result drops the record, counted.
  static Consumed timestamps(TimestampExtractor<K, V> extractor) {
    Consumed consumed;
    consumed.extractor_ = std::move(extractor);
    consumed.invalid_timestamp_ = InvalidTimestamp::skip;
    return consumed;
  }
  // Event time is the time of processing, whatever the records say.
  static Consumed wall_clock_timestamps() {
    Consumed consumed;
    consumed.timestamp_source_ = TimestampSource::wall_clock;
    return consumed;
  }
  static Consumed start(OffsetReset reset) {
    Consumed consumed;
    consumed.offset_reset_ = reset;
    return consumed;
  }

  [[nodiscard]] Consumed named(std::string name) && {
    name_ = std::move(name);
    return std::move(*this);
  }
  [[nodiscard]] Consumed starting(OffsetReset reset) && {
    offset_reset_ = reset;
    return std::move(*this);
  }
  [[nodiscard]] Consumed on_invalid_timestamp(InvalidTimestamp policy) && {
    invalid_timestamp_ = policy;
    return std::move(*this);
  }

  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }
  [[nodiscard]] const TimestampExtractor<K, V>& extractor() const { return extractor_; }
  [[nodiscard]] TimestampSource timestamp_source() const { return timestamp_source_; }
  // Whether records have the timestamps of the topic.
  [[nodiscard]] bool keeps_timestamps() const {
    return !extractor_ && timestamp_source_ == TimestampSource::record;
  }
  [[nodiscard]] InvalidTimestamp invalid_timestamp() const { return invalid_timestamp_; }
  [[nodiscard]] OffsetReset offset_reset() const { return offset_reset_; }

 private:
  std::optional<std::string> name_;
  TimestampExtractor<K, V> extractor_;
  TimestampSource timestamp_source_ = TimestampSource::record;
  InvalidTimestamp invalid_timestamp_ = InvalidTimestamp::by_settings;
  OffsetReset offset_reset_ = OffsetReset::earliest;
};

}  // namespace pawl

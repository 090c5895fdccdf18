#include "task/record_queue.h"

#include <pawl/model/assert.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <utility>

namespace pawl::internal {

RecordQueue::RecordQueue(TopicPartition where, AnySourceNode& source, InvalidTimestamp policy,
                         BadRecord bad_record)
    : where_(std::move(where)),
      slot_(source.make_slot()),
      policy_(policy),
      bad_record_(std::move(bad_record)) {
  PAWL_ASSERT(policy_ != InvalidTimestamp::by_settings);
}

void RecordQueue::start_at(Offset offset) {
  records_.clear();
  bytes_ = 0;
  head_loaded_ = false;
  next_expected_ = offset;
  done_ = offset;
  end_.reset();
  at_end_ = false;
}

bool RecordQueue::push(ConsumedRecord record) {
  if (record.record().offset < next_expected_) {
    const Mark mark("refetched_record_refused");
    return false;
  }
  // Nothing was left to do before an end that all records were done for: that may be committed.
  done_ = committable();
  next_expected_ = next(record.record().offset);
  end_.reset();
  at_end_ = false;
  bytes_ += record.bytes();
  records_.push_back(std::move(record));
  return true;
}

void RecordQueue::end_of_partition(Offset offset) {
  if (offset >= next_expected_) {
    end_ = offset;
    next_expected_ = offset;  // what lies before it will not come any more
  }
  at_end_ = true;
}

Result<Timestamp> RecordQueue::decode(const InputRecord& record) {
  try {
    return slot_->load(record, {where_.topic, where_.partition, record.offset, record.leader_epoch},
                       partition_time_);
  } catch (const std::exception& failure) {
    return Error{ErrorKind::invalid_record,
                 std::string("its serde or timestamp extractor threw: ") + failure.what()};
  }
}

Result<void> RecordQueue::load_one() {
  const InputRecord& record = records_.front().record();
  Result<Timestamp> loaded = decode(record);
  if (!loaded.has_value()) {
    return bad_record_(BadRecordReason::undecodable, record, head_coordinates(), loaded.error());
  }
  if (loaded->value() < 0 && policy_ == InvalidTimestamp::use_partition_time &&
      partition_time_.value() >= 0) {
    *loaded = partition_time_;
  }
  if (loaded->value() < 0) {
    const bool skip = policy_ == InvalidTimestamp::skip;
    return bad_record_(
        skip ? BadRecordReason::timestamp_may_be_skipped : BadRecordReason::timestamp_must_be_valid,
        record, head_coordinates(),
        {ErrorKind::invalid_record,
         "its timestamp " + std::to_string(loaded->value()) +
             " is negative: use a timestamp extractor, or another policy for invalid "
             "timestamps"});
  }
  head_time_ = *loaded;
  head_loaded_ = true;
  return {};
}

Result<std::optional<Timestamp>> RecordQueue::load_head() {
  while (!head_loaded_ && !records_.empty()) {
    PAWL_TRY(load_one());
    if (!head_loaded_) {
      pop_head();
    }
  }
  return head_loaded_ ? std::optional(head_time_) : std::nullopt;
}

bool RecordQueue::usable(const InputRecord& record) {
  PAWL_ASSERT(records_.empty());
  const Result<Timestamp> loaded = decode(record);
  return loaded.has_value() && (loaded->value() >= 0 || policy_ != InvalidTimestamp::skip);
}

void RecordQueue::forward_head() {
  PAWL_ASSERT(head_loaded_);
  partition_time_ = std::max(partition_time_, head_time_);
  slot_->forward(head_time_);
}

void RecordQueue::pop_head() {
  const InputRecord& record = records_.front().record();
  PAWL_ASSERT(record.offset >= done_, record.offset.value(), done_.value());
  done_ = next(record.offset);
  leader_epoch_ = record.leader_epoch;
  bytes_ -= records_.front().bytes();
  records_.pop_front();
  head_loaded_ = false;
}

RecordCoordinates RecordQueue::head_coordinates() const {
  const InputRecord& record = records_.front().record();
  return {where_.topic, where_.partition, record.offset, record.leader_epoch};
}

Offset RecordQueue::committable() const {
  return records_.empty() && end_.has_value() ? std::max(done_, *end_) : done_;
}

}  // namespace pawl::internal

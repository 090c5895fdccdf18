// The part of Admin that is about records: where logs start and end, and trimming them.
#include "client/rdkafka/admin.h"
#include "client/rdkafka/admin_call.h"
#include "client/rdkafka/error.h"
#include "client/rdkafka/partition_list.h"

#include <pawl/model/mark.h>

#include <utility>

namespace pawl::internal::rdkafka {
namespace {

using DeleteRecordsHandle =
    std::unique_ptr<rd_kafka_DeleteRecords_t, Deleter<rd_kafka_DeleteRecords_destroy>>;

// Returns: the error of one partition. Where it may be that the client knows an outdated leader, it
// looks for the leader again: by itself it would ask the old one, under the old epoch, for ever.
Error partition_error(rd_kafka_t* client, const rd_kafka_topic_partition_t& element,
                      const char* what, std::chrono::milliseconds timeout) {
  Error error =
      to_error(element.err, std::string(what) + " of " + to_string(to_topic_partition(element)));
  if (error.kind == ErrorKind::retriable) {
    const Mark mark("leaders_looked_up_again");
    const TopicHandle topic(rd_kafka_topic_new(client, element.topic, nullptr));
    const rd_kafka_metadata_t* found = nullptr;
    if (topic != nullptr &&
        rd_kafka_metadata(client, 0, topic.get(), &found, static_cast<int>(timeout.count())) ==
            RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_metadata_destroy(found);
    }
  }
  return error;
}

// What an answer without an error and without an offset means.
enum class WithoutOffset {
  retriable,      // a broker that is loading may answer so
  no_such_record  // of that time
};

// `list`: each with the timestamp that is looked for, or an rd_kafka_OffsetSpec_t.
Result<std::map<TopicPartition, Offset>> list_offsets(rd_kafka_t* client,
                                                      const PartitionListHandle& list,
                                                      rd_kafka_IsolationLevel_t isolation,
                                                      WithoutOffset without_offset,
                                                      std::chrono::milliseconds timeout) {
  std::map<TopicPartition, Offset> offsets;
  AdminCall call(client, RD_KAFKA_ADMIN_OP_LISTOFFSETS, "listing offsets", timeout);
  call.set_isolation(isolation);
  rd_kafka_ListOffsets(call.client(), list.get(), call.options(), call.queue());
  const EventHandle answer = PAWL_TRY(call.answer());
  std::size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** const results =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(answer.get()), &count);
  for (std::size_t index = 0; index < count; ++index) {
    const rd_kafka_topic_partition_t& element =
        *rd_kafka_ListOffsetsResultInfo_topic_partition(results[index]);
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return partition_error(client, element, "listing offsets", timeout);
    }
    if (element.offset < 0) {
      if (without_offset == WithoutOffset::no_such_record) {
        continue;
      }
      return Error{ErrorKind::retriable, "listing offsets of " +
                                             to_string(to_topic_partition(element)) +
                                             ": the broker does not know it yet"};
    }
    offsets[to_topic_partition(element)] = Offset(element.offset);
  }
  return offsets;
}

Result<std::map<TopicPartition, Offset>> list_bounds(rd_kafka_t* client,
                                                     std::span<const TopicPartition> partitions,
                                                     rd_kafka_OffsetSpec_t which,
                                                     rd_kafka_IsolationLevel_t isolation,
                                                     std::chrono::milliseconds timeout) {
  if (partitions.empty()) {
    return std::map<TopicPartition, Offset>();
  }
  const PartitionListHandle list = make_partition_list(partitions);
  for (int index = 0; index < list->cnt; ++index) {
    list->elems[index].offset = which;
  }
  return list_offsets(client, list, isolation, WithoutOffset::retriable, timeout);
}

}  // namespace

Result<std::map<TopicPartition, Offset>> Admin::end_offsets(
    std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) const {
  return list_bounds(instance_->get(), partitions, RD_KAFKA_OFFSET_SPEC_LATEST,
                     RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED, timeout);
}

Result<std::map<TopicPartition, Offset>> Admin::last_stable_offsets(
    std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) const {
  return list_bounds(instance_->get(), partitions, RD_KAFKA_OFFSET_SPEC_LATEST,
                     RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED, timeout);
}

Result<std::map<TopicPartition, Offset>> Admin::start_offsets(
    std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) const {
  return list_bounds(instance_->get(), partitions, RD_KAFKA_OFFSET_SPEC_EARLIEST,
                     RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED, timeout);
}

Result<std::map<TopicPartition, Offset>> Admin::offsets_for_times(
    const std::map<TopicPartition, Timestamp>& times, std::chrono::milliseconds timeout) const {
  if (times.empty()) {
    return std::map<TopicPartition, Offset>();
  }
  const PartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(times.size())));
  for (const auto& [where, time] : times) {
    rd_kafka_topic_partition_list_add(list.get(), where.topic.c_str(), where.partition.value())
        ->offset = time.value();
  }
  return list_offsets(instance_->get(), list, RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED,
                      WithoutOffset::no_such_record, timeout);
}

Result<void> Admin::delete_records(const std::map<TopicPartition, Offset>& below,
                                   std::chrono::milliseconds timeout) const {
  if (below.empty()) {
    return {};
  }
  AdminCall call(instance_->get(), RD_KAFKA_ADMIN_OP_DELETERECORDS, "deleting records", timeout);
  const PartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(below.size())));
  for (const auto& [where, offset] : below) {
    rd_kafka_topic_partition_list_add(list.get(), where.topic.c_str(), where.partition.value())
        ->offset = offset.value();
  }
  const DeleteRecordsHandle request(rd_kafka_DeleteRecords_new(list.get()));
  rd_kafka_DeleteRecords_t* requests[] = {request.get()};  // NOLINT(modernize-avoid-c-arrays)
  rd_kafka_DeleteRecords(call.client(), requests, 1, call.options(), call.queue());
  const EventHandle answer = PAWL_TRY(call.answer());
  const rd_kafka_topic_partition_list_t* const results =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(answer.get()));
  for (const rd_kafka_topic_partition_t& element : elements(*results)) {
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return partition_error(instance_->get(), element, "deleting records", timeout);
    }
  }
  return {};
}

}  // namespace pawl::internal::rdkafka

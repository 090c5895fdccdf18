#include "client/rdkafka/consumer.h"

#include "client/rdkafka/error.h"
#include "client/rdkafka/message.h"
#include "client/rdkafka/partition_list.h"

#include <pawl/model/assert.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <fmt/format.h>
#include <string>

namespace pawl::internal::rdkafka {
namespace {

// librdkafka answers a seek from its own threads, without the broker.
constexpr std::chrono::milliseconds kSeekTimeout{1'000};

std::int64_t native_offset(const PartitionStart& start) {
  if (const auto* const offset = std::get_if<Offset>(&start.from)) {
    return offset->value();
  }
  return std::get<LogicalOffset>(start.from) == LogicalOffset::beginning ? RD_KAFKA_OFFSET_BEGINNING
                                                                         : RD_KAFKA_OFFSET_END;
}

bool is_out_of_range(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
         code == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE;
}

// Destroys what an early return leaves behind.
class Leftovers {
 public:
  explicit Leftovers(std::span<rd_kafka_message_t*> messages) : messages_(messages) {}
  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;
  ~Leftovers() {
    while (rd_kafka_message_t* const message = take()) {
      rd_kafka_message_destroy(message);
    }
  }
  // Returns: the next message, now the caller's; null at the end.
  rd_kafka_message_t* take() { return next_ < messages_.size() ? messages_[next_++] : nullptr; }

 private:
  std::span<rd_kafka_message_t*> messages_;
  std::size_t next_ = 0;
};

}  // namespace

Consumer::Consumer(std::shared_ptr<Instance> instance) : instance_(std::move(instance)) {
  // Errors and the like of the client come along with the records.
  rd_kafka_poll_set_consumer(instance_->get());
  queue_.reset(rd_kafka_queue_get_consumer(instance_->get()));
}

void Consumer::forget_lookups() {
  lookup_.clear();
  last_ = {nullptr, 0};
  last_partition_ = nullptr;
}

Result<void> Consumer::assign(std::span<const PartitionStart> partitions) {
  owner_.check();
  if (partitions.empty()) {
    return {};
  }
  const PartitionListHandle list(
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const PartitionStart& start : partitions) {
    PAWL_ASSERT(!partitions_.contains(start.where), to_string(start.where));
    rd_kafka_topic_partition_list_add(list.get(), start.where.topic.c_str(),
                                      start.where.partition.value())
        ->offset = native_offset(start);
  }
  PAWL_TRY(to_result(ErrorHandle(rd_kafka_incremental_assign(instance_->get(), list.get())),
                     "assigning partitions"));
  forget_lookups();
  for (const PartitionStart& start : partitions) {
    partitions_[start.where] =
        Partition{start.token, std::max<std::int64_t>(native_offset(start), 0), false};
  }
  return {};
}

Result<void> Consumer::unassign(std::span<const TopicPartition> partitions) {
  owner_.check();
  std::vector<TopicPartition> ours;
  std::copy_if(partitions.begin(), partitions.end(), std::back_inserter(ours),
               [&](const TopicPartition& where) { return partitions_.contains(where); });
  if (ours.empty()) {
    return {};
  }
  PAWL_TRY(change_pause(ours, false));
  const PartitionListHandle list = make_partition_list(ours);
  PAWL_TRY(to_result(ErrorHandle(rd_kafka_incremental_unassign(instance_->get(), list.get())),
                     "unassigning partitions"));
  forget_lookups();
  for (const TopicPartition& where : ours) {
    partitions_.erase(where);
  }
  return {};
}

Result<void> Consumer::pause(std::span<const TopicPartition> partitions) {
  owner_.check();
  return change_pause(partitions, true);
}

Result<void> Consumer::resume(std::span<const TopicPartition> partitions) {
  owner_.check();
  return change_pause(partitions, false);
}

Result<void> Consumer::change_pause(std::span<const TopicPartition> partitions, bool pause) {
  std::vector<TopicPartition> changing;
  for (const TopicPartition& where : partitions) {
    const auto found = partitions_.find(where);
    if (found != partitions_.end() && found->second.paused != pause) {
      found->second.paused = pause;
      changing.push_back(where);
    }
  }
  if (changing.empty()) {
    return {};
  }
  const PartitionListHandle list = make_partition_list(changing);
  const rd_kafka_resp_err_t code = pause ? rd_kafka_pause_partitions(instance_->get(), list.get())
                                         : rd_kafka_resume_partitions(instance_->get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(code, pause ? "pausing partitions" : "resuming partitions");
  }
  return {};
}

Result<void> Consumer::seek(const TopicPartition& where, Offset offset) {
  owner_.check();
  const auto found = partitions_.find(where);
  PAWL_ASSERT(found != partitions_.end(), to_string(where));
  const PartitionListHandle list = make_partition_list({&where, 1});
  list->elems[0].offset = offset.value();
  const ErrorHandle failed(rd_kafka_seek_partitions(instance_->get(), list.get(),
                                                    static_cast<int>(kSeekTimeout.count())));
  if (failed == nullptr && list->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    found->second.next = offset.value();
    return {};
  }
  // Not being fetched at the moment (just assigned, stopped by an error): begin anew.
  const Mark mark("consumer_seek_by_reassignment");
  return reassign(where, found->second, offset);
}

Result<void> Consumer::reassign(const TopicPartition& where, Partition& partition, Offset offset) {
  const PartitionStart start{where, offset, partition.token};
  const bool paused = partition.paused;
  PAWL_TRY(unassign({&where, 1}));
  PAWL_TRY(assign({&start, 1}));
  return paused ? change_pause({&where, 1}, true) : Result<void>();
}

std::size_t Consumer::fetch(std::chrono::milliseconds timeout, std::size_t records_max) {
  if (buffer_.size() < records_max) {
    buffer_.resize(records_max);
  }
  const auto batch = [&](int wait_ms, std::size_t from, std::size_t to) {
    const ssize_t count =
        rd_kafka_consume_batch_queue(queue_.get(), wait_ms, &buffer_[from], to - from);
    return count < 0 ? 0U : static_cast<std::size_t>(count);
  };
  std::size_t count = batch(0, 0, records_max);
  if (count == 0 && timeout.count() > 0) {
    // With a timeout the library waits until the whole batch is full: so wait for the first only.
    count = batch(static_cast<int>(timeout.count()), 0, 1);
    if (count == 1 && records_max > 1) {
      count += batch(0, 1, records_max);
    }
  }
  return count;
}

Result<void> Consumer::poll(std::chrono::milliseconds timeout, std::size_t records_max,
                            ConsumerSink& sink) {
  owner_.check();
  if (records_max == 0) {
    return {};
  }
  const std::size_t count = fetch(timeout, records_max);
  Leftovers messages({buffer_.data(), count});
  while (rd_kafka_message_t* const message = messages.take()) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const MessageHandle owner(message);
      PAWL_TRY(handle(*message, sink));
    } else if (Partition* const partition = find(*message)) {
      deliver(message, *partition, sink);
    } else {
      rd_kafka_message_destroy(message);
    }
  }
  if (auto noted = instance_->take_noted_error()) {
    return *std::move(noted);
  }
  return {};
}

Consumer::Partition* Consumer::find(const rd_kafka_message_t& message) {
  const NativePartition native{message.rkt, message.partition};
  if (native == last_) {
    return last_partition_;
  }
  auto found = lookup_.find(native);
  if (found == lookup_.end()) {
    const auto partition = partitions_.find(
        TopicPartition{rd_kafka_topic_name(message.rkt), PartitionId(message.partition)});
    if (partition == partitions_.end()) {
      return nullptr;
    }
    found = lookup_.emplace(native, &partition->second).first;
  }
  last_ = native;
  last_partition_ = found->second;
  return last_partition_;
}

void Consumer::deliver(rd_kafka_message_t* message, Partition& partition, ConsumerSink& sink) {
  if (message->offset < partition.next) {
    const Mark mark("consumer_repeated_record_dropped");
    rd_kafka_message_destroy(message);
    return;
  }
  partition.next = message->offset + 1;
  sink.record(partition.token, to_consumed_record(message));
}

Result<void> Consumer::handle(const rd_kafka_message_t& message, ConsumerSink& sink) {
  const rd_kafka_resp_err_t code = message.err;
  Partition* const partition = message.rkt == nullptr ? nullptr : find(message);
  const char* const text = rd_kafka_message_errstr(&message);
  if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    if (partition != nullptr && message.offset >= partition->next) {
      partition->next = message.offset;
      sink.end_of_partition(partition->token, Offset(message.offset));
    }
    return {};
  }
  const std::string what = message.rkt == nullptr
                               ? std::string("reading")
                               : fmt::format("reading topic '{}' partition {}",
                                             rd_kafka_topic_name(message.rkt), message.partition);
  if (is_out_of_range(code)) {
    if (partition != nullptr) {
      sink.out_of_range(partition->token, to_error(code, what, text));
    }
    return {};
  }
  Error error = to_error(code, what, text);
  if (is_missing_topic(code)) {
    error.kind = ErrorKind::fatal;
  }
  if (error.kind == ErrorKind::fatal) {
    return error;
  }
  instance_->log().write(LogLevel::warning, error.message);
  return {};
}

Result<std::map<TopicPartition, CommittedOffset>> Consumer::committed(
    std::span<const TopicPartition> partitions, std::chrono::milliseconds timeout) {
  owner_.check();
  std::map<TopicPartition, CommittedOffset> offsets;
  if (partitions.empty()) {
    return offsets;
  }
  const PartitionListHandle list = make_partition_list(partitions);
  const rd_kafka_resp_err_t code =
      rd_kafka_committed(instance_->get(), list.get(), static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(code, "reading committed offsets");
  }
  for (const rd_kafka_topic_partition_t& element : elements(*list)) {
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return to_error(element.err,
                      "reading the committed offset of " + to_string(to_topic_partition(element)));
    }
    if (element.offset >= 0) {
      offsets[to_topic_partition(element)] = {
          Offset(element.offset),
          std::string(static_cast<const char*>(element.metadata), element.metadata_size)};
    }
  }
  return offsets;
}

}  // namespace pawl::internal::rdkafka

#include "task/task_errors.h"

#include <pawl/engine/metric_names.h>
#include <pawl/model/mark.h>
#include <pawl/statestore/state_store.h>

#include <cstdlib>
#include <cxxabi.h>
#include <exception>
#include <fmt/format.h>
#include <memory>
#include <typeinfo>
#include <utility>

namespace pawl::internal {
namespace {

struct Thrown {
  std::string type;
  std::string message;
};

std::string readable(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : type.name();
}

// Describes the exception that is being handled.
Thrown current_exception_text() {
  try {
    throw;
  } catch (const std::exception& failure) {
    return {readable(typeid(failure)), failure.what()};
  } catch (...) {
    const std::type_info* const type = abi::__cxa_current_exception_type();
    return {type == nullptr ? "unknown" : readable(*type), "not a std::exception"};
  }
}

}  // namespace

TaskErrors::TaskErrors(const TaskEnvironment& environment, TaskId task)
    : environment_(environment),
      component_("task " + to_string(task)),
      labels_(environment.labels) {
  labels_["task"] = to_string(task);
}

void TaskErrors::drop(const std::string& reason, const std::string& message) {
  MetricLabels labels = labels_;
  labels["reason"] = reason;
  environment_.metrics->counter(metric_names::kRecordsDropped, labels).add();
  // A flood of bad records must not become a flood of lines: 10 of them, then each 1,000th.
  ++dropped_logged_;
  if (dropped_logged_ <= 10 || dropped_logged_ % 1000 == 0) {
    environment_.log->write(LogLevel::warning, component_,
                            fmt::format("{} ({} dropped so far)", message, dropped_logged_));
  }
}

void TaskErrors::send_dead_letter(const InputRecord& input, bool with_raw_bytes,
                                  const RecordCoordinates& where, const std::string& exception,
                                  const std::string& message) {
  Headers headers = *input.headers;
  headers.add("__streams.errors.exception", exception);
  headers.add("__streams.errors.message", message);
  headers.add("__streams.errors.stacktrace", Bytes());
  headers.add("__streams.errors.topic", Bytes(where.topic));
  headers.add("__streams.errors.partition", std::to_string(where.partition.value()));
  headers.add("__streams.errors.offset", std::to_string(where.offset.value()));
  OutputRecord output;
  output.topic = &environment_.errors.dead_letter_topic;
  if (with_raw_bytes) {
    output.key = input.key;
    output.value = input.value;
  }
  output.timestamp = input.timestamp;
  output.headers = &headers;
  environment_.outputs->send(output);
  environment_.metrics->counter(metric_names::kRecordsDeadLettered, labels_).add();
}

Result<void> TaskErrors::bad_record(BadRecordReason reason, const InputRecord& record,
                                    const RecordCoordinates& where, const Error& why) {
  const std::string message =
      fmt::format("record {} cannot be used: {}", to_string(where), why.message);
  if (reason == BadRecordReason::timestamp_may_be_skipped) {
    drop("invalid_timestamp", message);
    return {};
  }
  if (reason == BadRecordReason::timestamp_must_be_valid) {
    return Error{ErrorKind::fatal, message};
  }
  if (environment_.errors.undecodable == OnBadRecord::fail) {
    return Error{
        ErrorKind::fatal,
        fmt::format("{}. Remedy: correct the serde, or set the policy to skip or dead_letter",
                    message)};
  }
  if (environment_.errors.undecodable == OnBadRecord::dead_letter) {
    send_dead_letter(record, true, where, "undecodable", why.message);
  }
  drop("undecodable", message);
  return {};
}

void TaskErrors::processing_failed(const Node& node, const InputRecord* input,
                                   const RecordCoordinates& where, bool sent_before) {
  try {
    throw;
  } catch (const StoreFailure& failure) {
    throw ProcessingStopped(with_context(
        fmt::format("{}, node {}, record {}", component_, node.name(), to_string(where)),
        failure.error()));
  } catch (...) {
    if (const Error* const stop = StickyStop::noted()) {
      throw ProcessingStopped(*stop);
    }
    const Mark mark("user_code_threw");
  }
  const Thrown thrown = current_exception_text();
  const std::string message = where.topic.empty()
                                  ? fmt::format("node {} threw in a punctuation: {} ({})",
                                                node.name(), thrown.message, thrown.type)
                                  : fmt::format("node {} threw at record {}: {} ({})", node.name(),
                                                to_string(where), thrown.message, thrown.type);
  if (environment_.errors.processing == OnBadRecord::fail) {
    throw ProcessingStopped(
        {ErrorKind::fatal,
         fmt::format("{}: {}. Remedy: correct the code, or set the processing policy to skip or "
                     "dead_letter",
                     component_, message)});
  }
  if (environment_.errors.processing == OnBadRecord::dead_letter && input != nullptr) {
    // Kafka Streams has let go of the raw bytes once an earlier output of the same input was sent.
    const bool lost = environment_.compatibility == Compatibility::kafka_streams_4_3 && sent_before;
    send_dead_letter(*input, !lost, where, thrown.type, thrown.message);
  }
  drop("processing", message);
}

Result<void> TaskErrors::unless_stopped(const RecordCoordinates& where, Result<void> done) const {
  const Error* const stop = StickyStop::noted();
  // What came through is the first error itself, or leads to the same.
  if (stop == nullptr || (!done.has_value() && done.error().kind == stop->kind)) {
    return done;
  }
  const Mark mark("swallowed_stop");
  return with_context(
      fmt::format("{}{}, an exception that user code caught", component_,
                  where.topic.empty() ? "" : fmt::format(", record {}", to_string(where))),
      *stop);
}

}  // namespace pawl::internal

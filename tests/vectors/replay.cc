#include "vectors/replay.h"

#include "task/offset_metadata.h"
#include "topology/internal_topics.h"

#include <pawl/engine/node.h>

#include <algorithm>
#include <stdexcept>

namespace pawl::test {
namespace {

using testing::DriverOptions;
using testing::ProducedRecord;

constexpr const char* kDeserializationHandler = "deserialization.exception.handler";
constexpr const char* kProcessingHandler = "processing.exception.handler";

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

OnBadRecord bad_record_policy(const std::string& handler, const std::string& dead_letter_topic) {
  if (!ends_with(handler, "LogAndContinueExceptionHandler") &&
      !ends_with(handler, "LogAndContinueProcessingExceptionHandler")) {
    throw std::runtime_error("unknown handler " + handler);
  }
  return dead_letter_topic.empty() ? OnBadRecord::skip : OnBadRecord::dead_letter;
}

InvalidTimestamp timestamp_policy(const std::string& extractor) {
  if (ends_with(extractor, "LogAndSkipOnInvalidTimestamp")) {
    return InvalidTimestamp::skip;
  }
  if (ends_with(extractor, "UsePartitionTimeOnInvalidTimestamp")) {
    return InvalidTimestamp::use_partition_time;
  }
  throw std::runtime_error("unknown timestamp extractor " + extractor);
}

ErrorPolicy error_policy(const std::map<std::string, std::string>& config) {
  ErrorPolicy policy;
  const auto topic = config.find("errors.dead.letter.queue.topic.name");
  if (topic != config.end()) {
    policy.dead_letter_topic = topic->second;
  }
  for (const auto& [name, value] : config) {
    if (name == kDeserializationHandler) {
      policy.undecodable = bad_record_policy(value, policy.dead_letter_topic);
    } else if (name == kProcessingHandler) {
      policy.processing = bad_record_policy(value, policy.dead_letter_topic);
    } else if (name == "default.timestamp.extractor") {
      policy.invalid_timestamp = timestamp_policy(value);
    }
  }
  return policy;
}

void run_input(const VectorInput& input, testing::TopologyDriver& driver) {
  switch (input.kind) {
    case VectorInput::Kind::record:
      driver.pipe(input.topic, input.record);
      return;
    case VectorInput::Kind::advance_wall_clock:
      driver.advance_wall_clock(input.advance);
      return;
    case VectorInput::Kind::commit:
      driver.commit();
      return;
  }
}

std::string text_of(const std::optional<Bytes>& bytes) {
  if (!bytes.has_value()) {
    return "null";
  }
  std::string text = "'";
  for (const char c : *bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\\' && c != '\'') {
      text += c;
    } else {
      text += std::string("\\x") + kDigits[byte >> 4U] + kDigits[byte & 15U];
    }
  }
  return text + "'";
}

std::string line_of(const VectorOutput& output, const Comparison& comparison) {
  const ProducedRecord& record = output.record;
  std::string number = std::to_string(output.input);
  number.insert(0, 5 - std::min<std::size_t>(number.size(), 5), ' ');
  std::string line = number + ": " + text_of(record.key) + " = " + text_of(record.value) + " @ " +
                     std::to_string(record.timestamp.value());
  if (record.partition.has_value()) {
    line += " partition " + std::to_string(record.partition->value());
  }
  for (const Header& header : record.headers) {
    const bool masked = comparison.masked_headers.contains(header.name);
    line += " " + header.name + ":" + (masked ? "*" : text_of(header.value));
  }
  return line;
}

const char* kind_text(ProducedRecord::Kind kind) {
  switch (kind) {
    case ProducedRecord::Kind::sink:
      return "sink ";
    case ProducedRecord::Kind::repartition:
      return "repartition ";
    case ProducedRecord::Kind::changelog:
      return "changelog ";
  }
  return "?";
}

}  // namespace

DriverOptions java_options(const VectorCase& vector) {
  DriverOptions options = native_options(vector);
  options.layout = testing::DriverLayout::one_task;
  options.compatibility = Compatibility::kafka_streams_4_3;
  const auto interval = vector.config.find("__emit.interval.ms.kstreams.windowed.aggregation__");
  if (interval != vector.config.end()) {
    options.emit_interval = std::chrono::milliseconds(std::stoll(interval->second));
  }
  return options;
}

DriverOptions native_options(const VectorCase& vector) {
  DriverOptions options;
  options.application_id = vector.application_id;
  options.commit =
      vector.commits_by_hand ? testing::DriverCommit::by_hand : testing::DriverCommit::each_record;
  options.errors = error_policy(vector.config);
  options.wall_clock_start = vector.wall_clock_start;
  options.record_cache_bytes_max = std::stoul(vector.config.at("statestore.cache.max.bytes"));
  return options;
}

Replay replay(const VectorCase& vector, const Topology& topology, const DriverOptions& options) {
  Replay result;
  testing::TopologyDriver driver(topology, options);
  for (const VectorInput& input : vector.inputs) {
    try {
      run_input(input, driver);
    } catch (const ProcessingStopped& stop) {
      result.stopped_at = input.number;
      result.error = stop.error();
    }
    for (ProducedRecord& record : driver.take_produced()) {
      result.outputs.push_back({input.number, std::move(record)});
    }
    if (result.stopped_at.has_value()) {
      return result;
    }
  }
  result.metadata = driver.committed_metadata();
  return result;
}

Comparison comparison_of(const VectorCase& vector, const Topology& topology) {
  Comparison comparison;
  comparison.masked_headers = {"__streams.errors.exception", "__streams.errors.stacktrace"};
  // A serde's message is Java's own; the message of an exception of user code is not.
  if (vector.config.contains(kDeserializationHandler)) {
    comparison.masked_headers.insert("__streams.errors.message");
  }
  for (const StoreSpec& store : topology.stores()) {
    if (store.kind == StoreKind::time_ordered_buffer) {
      comparison.unordered_topics.insert(
          internal::changelog_topic_name(vector.application_id, store.name));
    }
  }
  return comparison;
}

Lines lines_of(const std::vector<VectorOutput>& outputs, const Comparison& comparison) {
  Lines lines;
  for (const VectorOutput& output : outputs) {
    if (!comparison.sinks_only || output.record.kind == ProducedRecord::Kind::sink) {
      lines[kind_text(output.record.kind) + output.record.topic].push_back(
          line_of(output, comparison));
    }
  }
  for (auto& [topic, of_topic] : lines) {
    const std::string name = topic.substr(topic.find(' ') + 1);
    // Lines begin with the number of their input, so sorting keeps the order of the inputs.
    if (comparison.as_sets || comparison.unordered_topics.contains(name)) {
      std::sort(of_topic.begin(), of_topic.end());
    }
  }
  return lines;
}

std::vector<std::string> metadata_lines(const std::map<std::string, std::string>& metadata) {
  std::vector<std::string> lines;
  for (const auto& [partition, text] : metadata) {
    const Result<internal::OffsetMetadata> decoded = internal::decode_offset_metadata(text);
    if (!decoded.has_value()) {
      lines.push_back(partition + " " + decoded.error().message);
      continue;
    }
    std::string line = partition + " time " + std::to_string(decoded->partition_time.value());
    for (const auto& [name, value] : decoded->entries) {
      if (!name.starts_with("__pawl.")) {
        line += " " + name + "=" + std::to_string(value);
      }
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace pawl::test

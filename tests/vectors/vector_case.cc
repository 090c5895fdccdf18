#include "vectors/vector_case.h"

#include "vectors/vector_json.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace pawl::test {
namespace {

using Json = nlohmann::json;
using testing::ProducedRecord;

std::optional<Bytes> nullable_bytes(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional<Bytes>(from_hex(json.get<std::string>()));
}

Headers headers_from(const Json& json) {
  Headers headers;
  for (const Json& header : json) {
    // "*" stands for a text that is not to be compared.
    const bool masked = header.at(1).is_string() && header.at(1).get<std::string>() == "*";
    headers.add(header.at(0).get<std::string>(),
                masked ? std::optional<Bytes>("*") : nullable_bytes(header.at(1)));
  }
  return headers;
}

ProducedRecord::Kind kind_from(const std::string& text) {
  if (text == "sink") {
    return ProducedRecord::Kind::sink;
  }
  if (text == "repartition") {
    return ProducedRecord::Kind::repartition;
  }
  if (text == "changelog") {
    return ProducedRecord::Kind::changelog;
  }
  throw std::runtime_error("unknown kind of output " + text);
}

VectorInput input_from(const Json& json) {
  VectorInput input;
  input.number = json.at("n").get<std::int64_t>();
  const auto operation = json.at("op").get<std::string>();
  if (operation == "record") {
    input.topic = json.at("topic").get<std::string>();
    input.record = {nullable_bytes(json.at("key")), nullable_bytes(json.at("value")),
                    Timestamp(json.at("timestamp").get<std::int64_t>()),
                    headers_from(json.at("headers"))};
  } else if (operation == "advance-wall-clock") {
    input.kind = VectorInput::Kind::advance_wall_clock;
    input.advance = std::chrono::milliseconds(json.at("ms").get<std::int64_t>());
  } else if (operation == "commit") {
    input.kind = VectorInput::Kind::commit;
  } else {
    throw std::runtime_error("unknown operation " + operation);
  }
  return input;
}

VectorOutput output_from(const Json& json) {
  VectorOutput output;
  output.input = json.at("n").get<std::int64_t>();
  ProducedRecord& record = output.record;
  record.kind = kind_from(json.at("kind").get<std::string>());
  record.topic = json.at("topic").get<std::string>();
  if (!json.at("partition").is_null()) {
    record.partition = PartitionId(json.at("partition").get<std::int32_t>());
  }
  record.key = nullable_bytes(json.at("key"));
  record.value = nullable_bytes(json.at("value"));
  record.timestamp = json.at("timestamp").is_null()
                         ? Timestamp::unknown()
                         : Timestamp(json.at("timestamp").get<std::int64_t>());
  record.headers = headers_from(json.at("headers"));
  return output;
}

void read_head(const Json& json, VectorCase& result) {
  result.application_id = json.at("applicationId").get<std::string>();
  result.description = json.at("description").get<std::string>();
  for (const Json& subtopology : json.at("subtopologies")) {
    result.subtopologies.push_back(subtopology_from(subtopology));
  }
}

void read_line(const Json& json, VectorCase& result) {
  const auto type = json.at("type").get<std::string>();
  if (type == "topology") {
    read_head(json, result);
  } else if (type == "config") {
    result.config = json.at("config").get<std::map<std::string, std::string>>();
    result.commits_by_hand = json.at("commit").get<std::string>() == "manual";
    result.wall_clock_start = Timestamp(json.at("wallClockStart").get<std::int64_t>());
  } else if (type == "input") {
    result.inputs.push_back(input_from(json));
  } else if (type == "output") {
    result.outputs.push_back(output_from(json));
  } else if (type == "error") {
    result.stops_at = json.at("n").get<std::int64_t>();
  } else if (type == "committed-offset-metadata") {
    result.metadata = json.at("metadata").get<std::map<std::string, std::string>>();
  } else {
    throw std::runtime_error("unknown line " + type);
  }
}

}  // namespace

VectorCase load_vector(const std::string& name) {
  return load_vector_file(PAWL_TEST_DATA "/golden/vectors/topologies/" + name + ".jsonl");
}

VectorCase load_vector_file(const std::filesystem::path& file) {
  VectorCase result;
  result.name = file.stem().string();
  for (const Json& line : read_json_file(file)) {
    read_line(line, result);
  }
  return result;
}

std::vector<std::string> recorded_vectors() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(PAWL_TEST_DATA "/golden/vectors/topologies")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace pawl::test

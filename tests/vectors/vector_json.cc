#include "vectors/vector_json.h"

#include <fstream>
#include <stdexcept>

namespace pawl::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kFolder = PAWL_TEST_DATA "/golden/vectors/";

std::map<std::string, VectorInternalTopic> internal_topics_from(const Json& json) {
  std::map<std::string, VectorInternalTopic> topics;
  for (const auto& [name, topic] : json.items()) {
    VectorInternalTopic& result = topics[name];
    if (!topic.at("partitions").is_null()) {
      result.partitions = topic.at("partitions").get<std::int32_t>();
    }
    result.config = topic.at("config").get<std::map<std::string, std::string>>();
  }
  return topics;
}

}  // namespace

std::vector<Json> read_json_lines(const std::string& file) {
  return read_json_file(kFolder + file);
}

std::vector<Json> read_json_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in.is_open()) {
    throw std::runtime_error("there is no " + file.string());
  }
  std::vector<Json> lines;
  for (std::string line; std::getline(in, line);) {
    lines.push_back(Json::parse(line));
  }
  return lines;
}

Bytes from_hex(const std::string& hex) {
  Bytes bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
  }
  return bytes;
}

VectorSubtopology subtopology_from(const Json& json) {
  VectorSubtopology result;
  result.source_topics = json.at("sourceTopics").get<std::set<std::string>>();
  result.sink_topics = json.at("sinkTopics").get<std::set<std::string>>();
  result.repartition_topics = internal_topics_from(json.at("repartitionTopics"));
  result.changelog_topics = internal_topics_from(json.at("changelogTopics"));
  return result;
}

}  // namespace pawl::test

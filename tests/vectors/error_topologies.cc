#include "vectors/vector_topologies.h"

#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>

#include <stdexcept>

namespace pawl::test {
namespace {

Topology passed_on() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").to("out");
  return builder.build();
}

Topology always_at_500() {
  StreamBuilder builder;
  builder
      .stream<std::string, std::string>(
          "in", Consumed<std::string, std::string>::timestamps(
                    [](const Record<std::string, std::string>&, const RecordCoordinates&,
                       Timestamp) { return Timestamp(500); }))
      .to("out");
  return builder.build();
}

Topology plus_one() {
  StreamBuilder builder;
  builder.stream<std::string, std::int64_t>("in")
      .map_values([](std::int64_t value) { return value + 1; })
      .to("out");
  return builder.build();
}

void refuse_exclamations(const std::string& value) {
  if (value.find('!') != std::string::npos) {
    throw std::runtime_error("boom");
  }
}

Topology mapped() {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .map_values([](const std::string& value) {
        refuse_exclamations(value);
        return value + ".";
      })
      .to("out");
  return builder.build();
}

Topology passed_on_and_taken_apart() {
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in");
  stream.to("out1");
  stream
      .flat_map_values([](const std::string& value) {
        refuse_exclamations(value);
        std::vector<std::string> characters;
        for (const char c : value) {
          characters.emplace_back(1, c);
        }
        return characters;
      })
      .to("out2");
  return builder.build();
}

}  // namespace

VectorTopologies error_topologies() {
  return {{"err_negative_timestamp_default_extractor", passed_on},
          {"err_negative_timestamp_skip", passed_on},
          {"err_negative_timestamp_use_partition_time", passed_on},
          {"err_wallclock_extractor", always_at_500},
          {"err_deserialization_fail", plus_one},
          {"err_deserialization_continue_dlq", plus_one},
          {"err_processing_fail", mapped},
          {"err_processing_continue_dlq", passed_on_and_taken_apart},
          {"err_processing_continue_dlq_no_earlier_send", mapped}};
}

}  // namespace pawl::test

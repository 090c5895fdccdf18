// Counts words in the driver; fails when a count is wrong. Includes nothing but the public API, and
// an Application so that all of the library is linked.
#include <pawl/pawl.h>
#include <pawl/testing/topology_driver.h>

#include <cstdint>
#include <cstdio>
#include <string>

namespace {

pawl::Topology word_count() {
  pawl::StreamBuilder builder;
  builder.stream<std::string, std::string>("words")
      .group_by([](const std::string& word) { return word; })
      .count(pawl::Materialized::as("counts"))
      .to_stream()
      .to("word-counts");
  return builder.build();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    pawl::Settings settings;
    settings.application_id = "consumer";
    settings.bootstrap_servers = argv[1];
    return pawl::Application(word_count(), settings).run();
  }
  pawl::testing::TopologyDriver driver(word_count());
  auto words = driver.input<std::string, std::string>("words");
  auto counts = driver.output<std::string, std::int64_t>("word-counts");
  words.pipe("1", "pawl", pawl::Timestamp(0));
  words.pipe("2", "ratchet", pawl::Timestamp(1));
  words.pipe("3", "pawl", pawl::Timestamp(2));

  std::string seen;
  while (const auto count = counts.read()) {
    seen += *count->key + "=" + std::to_string(*count->value) + " ";
  }
  if (seen != "pawl=1 ratchet=1 pawl=2 ") {
    std::fprintf(stderr, "counted: %s\n", seen.c_str());
    return 1;
  }
  std::printf("counted: %s\n", seen.c_str());
  return 0;
}

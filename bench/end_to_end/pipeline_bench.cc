// pawl-bench-pipeline: one of the four pipelines that bench/peers compares with Kafka Streams; runs
// until SIGTERM.
#include <pawl/engine/application.h>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

namespace {

using std::chrono::hours;
using std::chrono::seconds;

pawl::Topology make_topology(const std::string& scenario, const std::string& in,
                             const std::string& out) {
  pawl::StreamBuilder builder;
  // Values, and where nothing keeps them keys, are borrowed views of the record's bytes.
  if (scenario == "pass-through") {
    builder.stream(in, pawl::serde::bytes_view(), pawl::serde::bytes_view()).to(out);
    return builder.build();
  }
  if (scenario == "dedup") {
    builder.stream(in, pawl::serde::bytes_view(), pawl::serde::bytes_view())
        .deduplicate(pawl::Deduplication::by_key().within(hours(24)).named("unique"))
        .to(out);
    return builder.build();
  }
  auto keyed = builder.stream(in, pawl::serde::string(), pawl::serde::bytes_view())
                   .group_by_key()
                   .windowed_by(pawl::TumblingWindows::of(seconds(10)).grace(seconds(5)));
  auto counts = keyed.count(pawl::Materialized::as("counts"));
  if (scenario == "windowed-count") {
    counts.to_stream().to(out);
  } else if (scenario == "windowed-count-suppress") {
    counts.suppress(pawl::Suppressed::until_window_closes(pawl::Buffer::unbounded()))
        .to_stream()
        .to(out);
  } else {
    throw std::invalid_argument("unknown scenario " + scenario);
  }
  return builder.build();
}

int run(int argc, char** argv) {
  std::string scenario = "pass-through";
  std::string in;
  std::string out;
  std::vector<std::string> texts;
  CLI::App app("One pipeline of the comparison with Kafka Streams");
  app.add_option("--scenario", scenario)->required();
  app.add_option("--in", in)->required();
  app.add_option("--out", out)->required();
  app.add_option("--set", texts, "name=value of a setting; may be repeated")->required();
  CLI11_PARSE(app, argc, argv);
  std::map<std::string, std::string> settings;
  for (const std::string& text : texts) {
    const std::size_t equals = std::min(text.find('='), text.size());
    settings[text.substr(0, equals)] = text.substr(std::min(equals + 1, text.size()));
  }
  return pawl::Application(make_topology(scenario, in, out), pawl::Settings::parse(settings)).run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "pawl-bench-pipeline: %s\n", failure.what());
    return 2;
  }
}

// pawl-departures: runs one instance of departures_per_hour().
#include "departures/departures.h"

#include <pawl/engine/application.h>
#include <pawl/engine/metric_names.h>
#include <pawl/testing/crash_at.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace {

// What the demo's table shows.
void write_metrics(const std::string& file, const pawl::MetricsSnapshot& metrics) {
  nlohmann::json totals = nlohmann::json::object();
  for (const auto& [id, value] : metrics.counters) {
    const auto reason = id.labels.find("reason");
    const std::string name = reason == id.labels.end() ? id.name : id.name + "." + reason->second;
    totals[name] = totals.value(name, std::uint64_t{0}) + value;
  }
  std::ofstream(file) << totals.dump(2) << "\n";
}

int run(int argc, char** argv) {
  pawl::Settings settings;
  pawl::topologies::DeparturesOptions options;
  std::string state_dir;
  std::string metrics_file;
  long session_seconds = 45;
  long grace_hours = 8L * 24;
  bool describe = false;

  CLI::App app("Departures per airport and hour, each event counted once");
  settings.application_id = "departures";
  settings.bootstrap_servers = "127.0.0.1:9092";
  app.add_option("--bootstrap", settings.bootstrap_servers, "host:port of a broker");
  app.add_option("--application-id", settings.application_id, "name of the application");
  app.add_option("--state-dir", state_dir, "where state is kept between runs");
  app.add_option("--threads", settings.threads, "stream threads");
  app.add_option("--input", options.input, "topic of departures");
  app.add_option("--output", options.output, "topic of the results");
  app.add_option("--grace-hours", grace_hours, "how long a closed hour still takes events");
  app.add_option("--session-seconds", session_seconds, "session time-out of the group");
  app.add_option("--metrics", metrics_file, "file to write the totals to at the end");
  app.add_flag("--describe", describe, "print the topology and stop");
  CLI11_PARSE(app, argc, argv);

  settings.state_dir = state_dir;
  settings.session_timeout = std::chrono::seconds(session_seconds);
  options.grace = std::chrono::hours(grace_hours);
  const pawl::Topology topology = pawl::topologies::departures_per_hour(options);
  if (describe) {
    std::fputs(topology.describe().c_str(), stdout);
    return 0;
  }
  pawl::Components components;
  components.restore = pawl::terminal_progress_bar();
  pawl::Application application(topology, settings, components);
  const int code = application.run();
  if (!metrics_file.empty()) {
    write_metrics(metrics_file, application.metrics());
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    pawl::testing::crash_at_environment();
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "pawl-departures: %s\n", failure.what());
    return 2;
  }
}

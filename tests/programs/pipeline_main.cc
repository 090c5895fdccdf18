// pawl-test-pipeline: one instance of pipeline(), for tests that kill it.
#include "programs/pipeline.h"
#include "support/planted_bugs.h"

#include <pawl/engine/application.h>
#include <pawl/testing/crash_at.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <string>

namespace {

int run(int argc, char** argv) {
  pawl::Settings settings;
  std::string topics;
  std::string state_dir;
  std::string guarantee = "exactly_once";
  std::string bug;
  long session_ms = 6'000;
  long commit_ms = 0;
  CLI::App app("One instance of the kill tests' pipeline");
  app.add_option("--bootstrap", settings.bootstrap_servers)->required();
  app.add_option("--application-id", settings.application_id)->required();
  app.add_option("--topics", topics)->required();
  app.add_option("--state-dir", state_dir);
  app.add_option("--guarantee", guarantee);
  app.add_option("--threads", settings.threads);
  app.add_option("--session-ms", session_ms);
  app.add_option("--commit-ms", commit_ms);
  app.add_option("--roll-forward-max", settings.roll_forward_max);
  app.add_option("--bug", bug);
  CLI11_PARSE(app, argc, argv);
  settings.state_dir = state_dir;
  settings.guarantee =
      guarantee == "exactly_once" ? pawl::Guarantee::exactly_once : pawl::Guarantee::at_least_once;
  settings.session_timeout = std::chrono::milliseconds(session_ms);
  settings.commit_interval = std::chrono::milliseconds(commit_ms);
  pawl::Components components;
  components.connect = [bug](const pawl::internal::KafkaConnection& connection)
      -> pawl::Result<std::unique_ptr<pawl::internal::Clients>> {
    auto clients = PAWL_TRY(pawl::internal::connect_to_kafka(connection));
    return std::unique_ptr<pawl::internal::Clients>(
        std::make_unique<pawl::test::BuggyClients>(std::move(clients), bug));
  };
  return pawl::Application(pawl::test::pipeline(topics), settings, components).run();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    pawl::testing::crash_at_environment();
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "pawl-test-pipeline: %s\n", failure.what());
    return 2;
  }
}

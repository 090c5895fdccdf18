// pawl-test-families: one instance of a family's topology (tests/families), for tests that kill it.
//   SIGUSR1  writes the rows of its stores to a file: lines `<store> <row>`
//   SIGUSR2  from now on, dies at the crash point as soon as it passes it
#include "families/families.h"
#include "families/store_rows.h"
#include "support/planted_bugs.h"

#include <pawl/engine/application.h>
#include <pawl/model/crash_point.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <pthread.h>
#include <string>
#include <unistd.h>

namespace {

struct Options {
  pawl::Settings settings;
  std::string family;
  std::string topics;
  std::string crash_point;
  std::string rows_file;
  std::string bug;
};

// The point is written once, before the first thread starts.
std::string crash_point;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<bool> crash_armed =
    false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

void crash_if_armed(const char* name) {
  if (crash_armed.load() && crash_point == name) {
    ::kill(::getpid(), SIGKILL);
  }
}

pawl::Components components(const std::string& bug) {
  pawl::Components components;
  components.connect = [bug](const pawl::internal::KafkaConnection& connection)
      -> pawl::Result<std::unique_ptr<pawl::internal::Clients>> {
    auto clients = PAWL_TRY(pawl::internal::connect_to_kafka(connection));
    return std::unique_ptr<pawl::internal::Clients>(
        std::make_unique<pawl::test::BuggyClients>(std::move(clients), bug));
  };
  return components;
}

// The file appears with all rows in it.
void write_rows(const pawl::Application& application, const pawl::Topology& topology,
                const pawl::test::Family& family, const std::string& file) {
  const std::string unfinished = file + ".unfinished";
  {
    std::ofstream lines(unfinished);
    for (const pawl::StoreSpec& store : topology.stores()) {
      if (pawl::test::can_be_asked(store)) {
        for (const std::string& row :
             pawl::test::asked_rows(application, store, family.versioned_keys)) {
          lines << store.name << ' ' << row << '\n';
        }
      }
    }
  }
  std::filesystem::rename(unfinished, file);
}

int run(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGUSR1, SIGUSR2}) {
    sigaddset(&signals, number);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  crash_point = options.crash_point;
  pawl::set_crash_point_handler(&crash_if_armed);

  const pawl::test::Family family = pawl::test::family(options.family);
  const pawl::Topology topology = family.topology(options.topics);
  pawl::Settings settings = options.settings;
  settings.record_cache_bytes_max = family.record_cache_bytes_max;
  pawl::Application application(topology, settings, components(options.bug));
  application.start();
  constexpr std::timespec kLook{0, 100'000'000};
  while (application.state() != pawl::ApplicationState::stopped &&
         application.state() != pawl::ApplicationState::failed) {
    switch (sigtimedwait(&signals, nullptr, &kLook)) {
      case SIGUSR1:
        write_rows(application, topology, family, options.rows_file);
        break;
      case SIGUSR2:
        crash_armed.store(true);
        std::fprintf(stderr, "armed\n");
        break;
      case SIGTERM:
        application.stop();
        break;
      default:
        break;
    }
  }
  return application.wait();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Options options;
    std::string state_dir;
    long session_ms = 30'000;
    long commit_ms = 50;
    CLI::App app("One instance of a family's topology");
    app.add_option("--bootstrap", options.settings.bootstrap_servers)->required();
    app.add_option("--application-id", options.settings.application_id)->required();
    app.add_option("--instance-id", options.settings.instance_id)->required();
    app.add_option("--state-dir", state_dir)->required();
    app.add_option("--family", options.family)->required();
    app.add_option("--topics", options.topics)->required();
    app.add_option("--rows-file", options.rows_file)->required();
    app.add_option("--crash-point", options.crash_point)->required();
    app.add_option("--session-ms", session_ms);
    app.add_option("--commit-ms", commit_ms);
    app.add_option("--bug", options.bug);
    CLI11_PARSE(app, argc, argv);
    options.settings.state_dir = state_dir;
    options.settings.session_timeout = std::chrono::milliseconds(session_ms);
    options.settings.commit_interval = std::chrono::milliseconds(commit_ms);
    return run(options);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "pawl-test-families: %s\n", failure.what());
    return 2;
  }
}

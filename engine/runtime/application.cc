#include "client/rdkafka/clients.h"
#include "runtime/global_thread.h"
#include "runtime/matched_topics.h"
#include "runtime/real_clock.h"
#include "runtime/startup_topics.h"
#include "runtime/stderr_log.h"
#include "runtime/store_registry.h"
#include "runtime/stream_thread.h"
#include "runtime/topology_claim.h"
#include "topology/internal_topics.h"

#include <pawl/engine/application.h>
#include <pawl/model/guarded.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fmt/format.h>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <random>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace pawl {

using internal::StopMode;
using internal::StreamThread;
using internal::ThreadSurroundings;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStartTimeout{5'000};
constexpr milliseconds kStartPause{200};
constexpr milliseconds kRepeatMessageAfter{10'000};
constexpr milliseconds kGlobalPause{10};
// A stream thread has other things to do than to wait for this answer.
constexpr milliseconds kClaimTimeout{2'000};
// A stop that is not clean by then (the broker is away) is made dirty: the work since the last
// commit is done again later.
constexpr milliseconds kStopTimeout{30'000};

std::string_view kind_text(StoreKind kind) {
  switch (kind) {
    case StoreKind::window:
      return "window";
    case StoreKind::versioned_key_value:
      return "versioned";
    default:
      return "key-value";
  }
}

// Every topology has one.
SubtopologyId first_subtopology_with_tasks(const Topology& topology) {
  return std::find_if(topology.subtopologies().begin(), topology.subtopologies().end(),
                      [](const Subtopology& subtopology) { return !subtopology.global; })
      ->id;
}

}  // namespace

std::string_view to_string(ApplicationState state) {
  switch (state) {
    case ApplicationState::created:
      return "created";
    case ApplicationState::starting:
      return "starting";
    case ApplicationState::running:
      return "running";
    case ApplicationState::stopping:
      return "stopping";
    case ApplicationState::stopped:
      return "stopped";
    case ApplicationState::failed:
      return "failed";
  }
  return "?";
}

class Application::Runtime {
 public:
  Runtime(Topology topology, Settings settings, Components components);
  ~Runtime();

  void start();
  void stop(Stop how);
  int wait();
  [[nodiscard]] ApplicationState state() const { return state_.load(); }
  [[nodiscard]] std::string failure() const {
    return failure_.with([](const auto& text) { return text; });
  }
  [[nodiscard]] MetricsSnapshot metrics() const;
  [[nodiscard]] RowSnapshotSources parts_of(const std::string& name, StoreKind kind) const;
  [[nodiscard]] const Topology& topology() const { return topology_; }

 private:
  void supervise();
  // On a thread of ours nobody else could catch what users' code throws. Errors: those of `work`,
  // and fatal when it throws.
  template <class F>
  static auto without_exceptions(F&& work) -> decltype(work());
  Result<void> prepare();
  // Finds out what the sources read, and makes the internal topics.
  Result<void> look_up_topics();
  // Looks again what patterns match while other members are alive that know other topics.
  Result<void> match_again();
  void make_claim();
  Result<void> claim_group();
  // Calls `attempt` until it succeeds, fails for good, or a stop is asked for; tells at most every
  // 10 s why it waits.
  template <class F>
  auto retried(const char* what, F&& attempt) -> decltype(attempt());
  void run_global_thread();
  // Until nobody needs the global stores any more. Errors: retriable (interrupted by a stop),
  // fatal.
  Result<void> serve_global_stores(std::unique_ptr<internal::GlobalThread>& global);
  // Starts the thread of the global stores, if there are any, and waits until they are loaded: no
  // task may ask for them before that.
  std::thread start_global_thread();
  void run_thread(StreamThread& thread);
  // Until a stop is complete, or takes too long. Errors: fatal.
  Result<void> run_turns(StreamThread& thread);
  void fail(const std::string& thread, const Error& error);
  void enter(ApplicationState state);
  [[nodiscard]] bool stop_asked() const { return stop_asked_.load() != 0; }

  const Topology topology_;
  // The same; what sources with a pattern read is filled in. Not before prepare(), and not asked by
  // users' threads.
  std::optional<Topology> plan_;
  Settings settings_;
  Components components_;
  std::unique_ptr<internal::Clients> clients_;
  std::unique_ptr<internal::StateDirectory> directory_;
  internal::ResolvedTopics topics_;
  internal::StoreRegistry stores_;
  std::optional<internal::TopologyClaim> claim_;
  ThreadSurroundings surroundings_;
  std::atomic<bool> global_loaded_{false};
  std::atomic<bool> stop_global_{false};
  Guarded<std::map<int, MetricsSnapshot>> metrics_;
  Guarded<std::string> failure_;
  std::atomic<ApplicationState> state_{ApplicationState::created};
  std::atomic<int> stop_asked_{0};  // 1 stay, 2 leave
  std::thread supervisor_;
};

Application::Runtime::Runtime(Topology topology, Settings settings, Components components)
    : topology_(std::move(topology)),
      settings_(std::move(settings)),
      components_(std::move(components)) {
  const std::vector<std::string> mistakes = settings_.check();
  if (!mistakes.empty()) {
    throw ConfigError(mistakes);
  }
  if (components_.log == nullptr) {
    components_.log = internal::make_stderr_log();
  }
  if (components_.clock == nullptr) {
    components_.clock = std::make_shared<internal::RealClock>();
  }
  if (components_.seed == 0) {
    std::random_device device;
    components_.seed = (static_cast<std::uint64_t>(device()) << 32U) | device();
  }
}

Application::Runtime::~Runtime() {
  if (supervisor_.joinable()) {
    stop(Stop::stay);
    supervisor_.join();
  }
}

void Application::Runtime::enter(ApplicationState state) {
  state_.store(state);
  if (components_.on_state) {
    const Result<void> told = without_exceptions([&]() -> Result<void> {
      components_.on_state(state);
      return {};
    });
    if (!told.has_value()) {
      fail("on_state", told.error());
    }
  }
}

template <class F>
auto Application::Runtime::without_exceptions(F&& work) -> decltype(work()) {
  try {
    return std::forward<F>(work)();
  } catch (const std::exception& failure) {
    return Error{ErrorKind::fatal,
                 fmt::format("an exception came out of user code: {}", failure.what())};
  } catch (...) {
    return Error{ErrorKind::fatal, "something that is no std::exception came out of user code"};
  }
}

void Application::Runtime::start() {
  if (supervisor_.joinable()) {
    throw std::logic_error("the application was started already");
  }
  enter(ApplicationState::starting);
  supervisor_ = std::thread([this] { supervise(); });
}

void Application::Runtime::stop(Stop how) {
  stop_asked_.store(how == Stop::leave ? 2 : 1);
}

int Application::Runtime::wait() {
  if (supervisor_.joinable()) {
    supervisor_.join();
  }
  return state() == ApplicationState::failed ? 1 : 0;
}

MetricsSnapshot Application::Runtime::metrics() const {
  MetricsSnapshot merged;
  metrics_.with([&](const auto& by_thread) {
    for (const auto& [thread, snapshot] : by_thread) {
      merged.merge(snapshot);
    }
  });
  return merged;
}

RowSnapshotSources Application::Runtime::parts_of(const std::string& name, StoreKind kind) const {
  const auto found = std::find_if(topology_.stores().begin(), topology_.stores().end(),
                                  [&](const StoreSpec& store) { return store.name == name; });
  if (found == topology_.stores().end() || found->kind != kind) {
    throw std::invalid_argument(
        fmt::format("the topology has no {} store '{}'", kind_text(kind), name));
  }
  return stores_.find(name);
}

void Application::Runtime::fail(const std::string& thread, const Error& error) {
  const bool first = failure_.with([&](std::string& text) {
    const bool empty = text.empty();
    if (empty) {
      text = error.message;
    }
    return empty;
  });
  if (first) {
    stop_asked_.store(1);
  }
  try {
    components_.log->write(LogLevel::error, thread, error.message);
  } catch (...) {
    const Mark mark("log_failed");  // failure() has the reason all the same
  }
}

template <class F>
auto Application::Runtime::retried(const char* what, F&& attempt) -> decltype(attempt()) {
  MonotonicTime told{0};
  while (true) {
    auto result = attempt();
    if (result.has_value() || result.error().kind != ErrorKind::retriable || stop_asked()) {
      return result;
    }
    const MonotonicTime now = components_.clock->monotonic();
    if (told == MonotonicTime(0) || now - told >= kRepeatMessageAfter) {
      told = now;
      components_.log->write(LogLevel::warning, "start",
                             fmt::format("waiting to {}: {}", what, result.error().message));
    }
    internal::pause_for(kStartPause);
  }
}

Result<void> Application::Runtime::prepare() {
  SeededRandom random(components_.seed);
  if (!settings_.state_dir.empty()) {
    directory_ = PAWL_TRY(internal::StateDirectory::open(
        settings_.state_dir, settings_.application_id, settings_.instance_id, random));
  }
  internal::KafkaConnection connection;
  connection.bootstrap_servers = settings_.bootstrap_servers;
  connection.group = settings_.application_id;
  connection.session_timeout = settings_.session_timeout;
  connection.max_poll_interval = settings_.max_poll_interval;
  connection.properties = settings_.kafka;
  connection.log = components_.log;
  clients_ = PAWL_TRY(components_.connect ? components_.connect(connection)
                                          : internal::connect_to_kafka(connection));
  PAWL_TRY(retried("look up and make the topics", [&] { return look_up_topics(); }));
  PAWL_TRY(claim_group());
  surroundings_.settings = &settings_;
  surroundings_.topology = &*plan_;
  surroundings_.clients = clients_.get();
  surroundings_.topics = &topics_;
  surroundings_.directory = directory_.get();
  surroundings_.memory =
      make_rocksdb_memory({settings_.block_cache_bytes_max, settings_.write_buffer_bytes_max});
  surroundings_.stores = &stores_;
  surroundings_.clock = components_.clock.get();
  surroundings_.log = components_.log.get();
  surroundings_.restore = components_.restore.get();
  surroundings_.publish_metrics = [this](int thread, MetricsSnapshot snapshot) {
    metrics_.with([&](auto& by_thread) { by_thread[thread] = std::move(snapshot); });
  };
  return {};
}

Result<void> Application::Runtime::look_up_topics() {
  const internal::AdminClient& admin = clients_->admin();
  Topology plan = PAWL_TRY(internal::match_topics(topology_, settings_, admin, kStartTimeout));
  topics_ =
      PAWL_TRY(internal::prepare_topics(plan, settings_, admin, *components_.log, kStartTimeout));
  plan_.emplace(std::move(plan));  // never without its topics
  return {};
}

Result<void> Application::Runtime::match_again() {
  if (!topology_.has_patterns()) {
    return {};
  }
  const Topology matched =
      PAWL_TRY(internal::match_topics(topology_, settings_, clients_->admin(), kStartTimeout));
  if (matched.fingerprint() != plan_->fingerprint()) {
    const Mark mark("patterns_matched_again");
    PAWL_TRY(look_up_topics());
    make_claim();
  }
  return {};
}

void Application::Runtime::make_claim() {
  claim_.emplace(
      *clients_, settings_.application_id,
      internal::task_topic_name(settings_.application_id, first_subtopology_with_tasks(topology_)),
      plan_->fingerprint(), *components_.clock);
}

Result<void> Application::Runtime::claim_group() {
  make_claim();
  PAWL_TRY(retried("join the group", [&]() -> Result<void> {
    if (PAWL_TRY(claim_->check(kStartTimeout)) == internal::TopologyClaim::Standing::waiting) {
      PAWL_TRY(match_again());
      return Error{ErrorKind::retriable,
                   fmt::format("members of group '{}' that are alive run another topology than "
                               "this one ({}){}. Stop them, "
                               "or start this one under another application_id",
                               settings_.application_id, plan_->fingerprint(),
                               topology_.has_patterns()
                                   ? ", or started when its patterns matched other topics"
                                   : "")};
    }
    return {};
  }));
  surroundings_.confirm_claim = [this]() -> Result<void> {
    if (!PAWL_TRY(claim_->held(kClaimTimeout))) {
      return Error{ErrorKind::fatal,
                   fmt::format("while this one started, another topology than this one ({}) took "
                               "group '{}'. Stop it, or start this one under another "
                               "application_id",
                               plan_->fingerprint(), settings_.application_id)};
    }
    return {};
  };
  return {};
}

void Application::Runtime::run_global_thread() {
  // It lives and dies on this thread, which is its owner.
  std::unique_ptr<internal::GlobalThread> global;
  const Result<void> served = without_exceptions([&] { return serve_global_stores(global); });
  const bool interrupted = global == nullptr && stop_asked() && !served.has_value() &&
                           served.error().kind == ErrorKind::retriable;
  if (!served.has_value() && !interrupted) {
    fail(global == nullptr ? "start" : global->name(), served.error());
  }
  // Tasks may still read its stores.
  while (!stop_global_.load()) {
    internal::pause_for(kGlobalPause);
  }
}

Result<void> Application::Runtime::serve_global_stores(
    std::unique_ptr<internal::GlobalThread>& global) {
  global =
      PAWL_TRY(retried("connect", [&] { return internal::GlobalThread::make(surroundings_); }));
  while (!stop_global_.load()) {
    PAWL_TRY(global->run_once());
    if (global->loaded() && !global_loaded_.load()) {
      for (const auto& [name, store] : global->stores()) {
        stores_.add(name, TaskId{SubtopologyId(-1), PartitionId(-1)}, global->name(), store.rows);
      }
      surroundings_.global_stores = &global->stores();
      global_loaded_.store(true);
    }
  }
  return {};
}

std::thread Application::Runtime::start_global_thread() {
  if (!internal::has_global_stores(topology_)) {
    return {};
  }
  std::thread thread([this] { run_global_thread(); });
  while (!global_loaded_.load() && !stop_asked()) {
    internal::pause_for(kGlobalPause);
  }
  return thread;
}

void Application::Runtime::run_thread(StreamThread& thread) {
  const Result<void> done = without_exceptions([&] { return run_turns(thread); });
  if (!done.has_value()) {
    fail(thread.name(), done.error());
  }
  if (!thread.stopped()) {
    thread.close_dirty();
  }
}

Result<void> Application::Runtime::run_turns(StreamThread& thread) {
  std::optional<MonotonicTime> stopping_since;
  while (!thread.stopped()) {
    if (stop_asked()) {
      if (!stopping_since.has_value()) {
        stopping_since = components_.clock->monotonic();
        thread.request_stop(stop_asked_.load() == 2 ? StopMode::leave : StopMode::stay);
      } else if (components_.clock->monotonic() - *stopping_since > kStopTimeout) {
        components_.log->write(LogLevel::warning, thread.name(),
                               "could not be stopped cleanly in time; the work since the last "
                               "commit will be done again");
        return {};
      }
    }
    PAWL_TRY(thread.run_once());
  }
  return {};
}

void Application::Runtime::supervise() {
  const Result<void> prepared = without_exceptions([this] { return prepare(); });
  if (!prepared.has_value()) {
    // A stop that came while the brokers were away is no failure.
    const bool interrupted = stop_asked() && prepared.error().kind == ErrorKind::retriable;
    if (!interrupted) {
      fail("start", prepared.error());
    }
    enter(interrupted ? ApplicationState::stopped : ApplicationState::failed);
    return;
  }
  std::thread global_thread = start_global_thread();
  std::vector<std::thread> threads;
  std::vector<std::unique_ptr<StreamThread>> stream_threads;
  for (int number = 1; number <= settings_.threads && !stop_asked(); ++number) {
    Result<std::unique_ptr<StreamThread>> made = without_exceptions([&] {
      return retried("connect", [&] {
        return StreamThread::make(number, surroundings_,
                                  components_.seed + static_cast<std::uint64_t>(number));
      });
    });
    if (!made.has_value()) {
      fail("start", made.error());
      break;
    }
    stream_threads.push_back(*std::move(made));
    threads.emplace_back([this, thread = stream_threads.back().get()] { run_thread(*thread); });
  }
  if (!stop_asked()) {
    enter(ApplicationState::running);
  }
  bool stopping = false;
  for (auto& thread : threads) {
    thread.join();
    if (!stopping) {
      stopping = true;
      enter(ApplicationState::stopping);
    }
  }
  stream_threads.clear();
  if (global_thread.joinable()) {
    stop_global_.store(true);
    global_thread.join();
  }
  clients_.reset();
  directory_.reset();
  enter(failure().empty() ? ApplicationState::stopped : ApplicationState::failed);
}

Application::Application(Topology topology, Settings settings, Components components)
    : runtime_(std::make_unique<Runtime>(std::move(topology), std::move(settings),
                                         std::move(components))) {}

Application::~Application() = default;

void Application::start() {
  runtime_->start();
}

void Application::stop(Stop how) {
  runtime_->stop(how);
}

int Application::wait() {
  return runtime_->wait();
}

int Application::run() {
  // The signals are blocked in every thread that is started from here and waited for in this one.
  sigset_t signals;
  sigset_t former;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, &former);
  start();
  constexpr timespec kLook{0, 100'000'000};
  while (state() != ApplicationState::stopped && state() != ApplicationState::failed) {
    if (sigtimedwait(&signals, nullptr, &kLook) > 0) {
      stop();
    }
  }
  const int code = wait();
  pthread_sigmask(SIG_SETMASK, &former, nullptr);
  return code;
}

ApplicationState Application::state() const {
  return runtime_->state();
}

std::string Application::failure() const {
  return runtime_->failure();
}

MetricsSnapshot Application::metrics() const {
  return runtime_->metrics();
}

ReadOnlyKeyValueStore Application::query_key_value(const std::string& name) const {
  RowSnapshotSources parts = runtime_->parts_of(name, StoreKind::key_value);
  return {runtime_->topology().store(name), std::move(parts)};
}

ReadOnlyVersionedStore Application::query_versioned(const std::string& name) const {
  RowSnapshotSources parts = runtime_->parts_of(name, StoreKind::versioned_key_value);
  return {runtime_->topology().store(name), std::move(parts)};
}

ReadOnlyWindowStore Application::query_window(const std::string& name) const {
  RowSnapshotSources parts = runtime_->parts_of(name, StoreKind::window);
  return {runtime_->topology().store(name), std::move(parts)};
}

ReadOnlySessionStore Application::query_session(const std::string& name) const {
  RowSnapshotSources parts = runtime_->parts_of(name, StoreKind::session);
  return {runtime_->topology().store(name), std::move(parts)};
}

}  // namespace pawl

#include "runtime/global_thread.h"

#include <exception>
#include <fmt/format.h>
#include <system_error>
#include <utility>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kPollRecordsMax = 10'000;
constexpr milliseconds kPollWait{50};
constexpr milliseconds kPublishInterval{500};
// Number under which the metrics are published; stream threads count from 1.
constexpr int kThreadNumber = 0;

}  // namespace

// Hands what a poll delivers to the task; keeps the first error.
class GlobalThread::Sink final : public ConsumerSink {
 public:
  explicit Sink(GlobalThread& thread) : thread_(thread) {}

  void record(PartitionToken token, ConsumedRecord record) override {
    if (!result.has_value()) {
      return;
    }
    ++thread_.records_;
    result = thread_.task_->process(token, std::move(record));
  }
  void end_of_partition(PartitionToken token, Offset /*offset*/) override {
    if (!thread_.read_to_end_[token]) {
      thread_.read_to_end_[token] = true;
      --thread_.unread_;
    }
  }
  void out_of_range(PartitionToken token, const Error& error) override {
    result = Error{ErrorKind::fatal,
                   fmt::format("{}, which feeds a global store, lost records that were not read "
                               "yet, or was made anew: {}. Remedy: start again, which reads it "
                               "from its beginning",
                               to_string(thread_.task_->partitions()[token]), error.message)};
  }

  Result<void> result;

 private:
  GlobalThread& thread_;
};

GlobalThread::GlobalThread(const ThreadSurroundings& surroundings)
    : surroundings_(surroundings),
      name_(surroundings.settings->application_id + "-GlobalStreamThread") {}

GlobalThread::~GlobalThread() = default;

Result<std::unique_ptr<GlobalThread>> GlobalThread::make(const ThreadSurroundings& surroundings) {
  std::unique_ptr<GlobalThread> thread(new GlobalThread(surroundings));
  PAWL_TRY(thread->open());
  return thread;
}

Result<void> GlobalThread::open() {
  const Settings& settings = *surroundings_.settings;
  TaskEnvironment environment;
  environment.application_id = settings.application_id;
  environment.compatibility = settings.compatibility;
  environment.errors = settings.errors;
  environment.clock = surroundings_.clock;
  environment.metrics = &metrics_;
  environment.labels = {{"thread", name_}};
  environment.log = surroundings_.log;
  try {
    task_ = std::make_unique<GlobalTask>(*surroundings_.topology, std::move(environment));
  } catch (const std::exception& failure) {
    return Error{ErrorKind::fatal,
                 fmt::format("the processors of global stores cannot be made: {}", failure.what())};
  }
  PAWL_TRY(task_->open(
      [this]() -> Result<std::unique_ptr<StoreBackend>> {
        if (surroundings_.directory == nullptr) {
          return make_memory_backend();
        }
        const std::filesystem::path path = surroundings_.directory->path() / "global";
        std::error_code failure;
        std::filesystem::remove_all(path, failure);
        if (failure) {
          return Error{ErrorKind::fatal,
                       fmt::format("{} cannot be emptied: {}", path.string(), failure.message())};
        }
        return open_rocksdb_backend(path, surroundings_.memory);
      },
      surroundings_.topics->global_partitions));
  ConsumerOptions options;
  options.client_id = settings.application_id + "-global-consumer";
  options.fetch_queue_bytes_max = settings.fetch_queue_bytes_max;
  consumer_ = PAWL_TRY(surroundings_.clients->make_consumer(options));
  std::vector<PartitionStart> starts;
  for (const TopicPartition& where : task_->partitions()) {
    starts.push_back({where, LogicalOffset::beginning, static_cast<PartitionToken>(starts.size())});
  }
  read_to_end_.assign(starts.size(), false);
  unread_ = starts.size();
  return consumer_->assign(starts);
}

Result<void> GlobalThread::run_once() {
  try {
    return turn();
  } catch (const std::exception& failure) {
    // Of a serde, a log sink or a listener; those of processors never come so far.
    return Error{ErrorKind::fatal,
                 fmt::format("{}: an exception came out of user code: {}", name_, failure.what())};
  } catch (...) {
    return Error{ErrorKind::fatal,
                 name_ + ": something that is no std::exception came out of user code"};
  }
}

Result<void> GlobalThread::turn() {
  Sink sink(*this);
  const std::uint64_t before = records_;
  const bool was_loaded = loaded();
  PAWL_TRY(consumer_->poll(kPollWait, kPollRecordsMax, sink));
  PAWL_TRY(std::move(sink.result));
  if (records_ != before) {
    PAWL_TRY(task_->apply());
  }
  if (loaded() && !was_loaded) {
    surroundings_.log->write(LogLevel::info, name_,
                             fmt::format("global stores are loaded: {} records", records_));
  }
  publish();
  return {};
}

void GlobalThread::publish() {
  const MonotonicTime now = surroundings_.clock->monotonic();
  if (now - last_publish_ >= kPublishInterval) {
    last_publish_ = now;
    surroundings_.publish_metrics(kThreadNumber, metrics_.snapshot());
  }
}

}  // namespace pawl::internal

#include "runtime/stream_thread.h"

#include "runtime/taken_over.h"
#include "runtime/turn_time.h"
#include "topology/internal_topics.h"

#include <pawl/engine/metric_names.h>
#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <exception>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

using std::chrono::milliseconds;

// Records that one turn processes at most before it looks at commits and membership again.
constexpr int kRecordsPerTurn = 2'000;
// Records of one task in a row, so that tasks share the thread.
constexpr int kRecordsPerTask = 200;
constexpr std::size_t kPollRecordsMax = kRecordsPerTurn;
// However few they are.
constexpr milliseconds kTurnMax{100};
constexpr milliseconds kIdleWait{50};
constexpr milliseconds kBusyElsewhereWait{5};
// A flush of the record caches takes at most this share of a transaction's time.
constexpr int kFlushShares = 10;

}  // namespace

StreamThread::StreamThread(int number, const ThreadSurroundings& surroundings, std::uint64_t seed)
    : number_(number),
      name_(surroundings.settings->application_id + "-StreamThread-" + std::to_string(number)),
      surroundings_(surroundings),
      random_(seed),
      flush_pace_(surroundings.settings->transaction_timeout / kFlushShares),
      wait_(*surroundings.clock, *surroundings.log, name_) {}

StreamThread::~StreamThread() = default;

Result<std::unique_ptr<StreamThread>> StreamThread::make(int number,
                                                         const ThreadSurroundings& surroundings,
                                                         std::uint64_t seed) {
  std::unique_ptr<StreamThread> thread(new StreamThread(number, surroundings, seed));
  PAWL_TRY(thread->connect());
  return thread;
}

Result<void> StreamThread::connect() {
  const Settings& settings = *surroundings_.settings;
  const Clients& clients = *surroundings_.clients;
  const MetricLabels labels{{"thread", name_}};
  const std::string stable_id = stable_thread_id(surroundings_, number_);

  ConsumerOptions source_options;
  source_options.client_id = name_ + "-consumer";
  source_options.fetch_queue_bytes_max = settings.fetch_queue_bytes_max;
  sources_ = PAWL_TRY(clients.make_consumer(source_options));

  MembershipOptions member_options;
  member_options.client_id = name_ + "-member";
  member_options.group_instance_id = stable_id;
  for (const Subtopology& subtopology : surroundings_.topology->subtopologies()) {
    if (!subtopology.global) {
      member_options.task_topics.push_back(
          {task_topic_name(settings.application_id, subtopology.id), subtopology.id});
    }
  }
  membership_ = PAWL_TRY(clients.make_membership(member_options));

  ProducerOptions producer_options;
  producer_options.client_id = name_ + "-producer";
  producer_options.transaction_timeout = settings.transaction_timeout;
  if (settings.guarantee == Guarantee::exactly_once) {
    // A restart with the same id ends what its former life left open; without one, the id is as new
    // as the process.
    producer_options.transactional_id =
        settings.application_id + "-" +
        (stable_id.empty() ? make_uuid(random_) + "-" + std::to_string(number_) : stable_id);
  }
  producer_ = std::make_unique<ProducerSession>(clients, producer_options, *surroundings_.clock,
                                                metrics_, labels);

  ConsumerOptions restore_options = source_options;
  restore_options.client_id = name_ + "-restore-consumer";
  restore_options.fetch_wait_max = milliseconds(20);
  restoration_ =
      std::make_unique<Restoration>(clients, restore_options, *surroundings_.clock,
                                    *surroundings_.log, surroundings_.restore, metrics_, labels);
  router_ = std::make_unique<SourceRouter>(
      *sources_, QueueLimits{settings.buffered_records_max, settings.buffered_bytes_max});
  tasks_ = std::make_unique<ThreadTasks>(
      surroundings_, name_, *sources_, [this](TaskId task) { return environment_of(task); },
      *restoration_, *router_);
  CommitOptions commit_options;
  commit_options.deadline = settings.transaction_timeout;
  commit_ = std::make_unique<CommitCycle>(*producer_, *membership_, *sources_, *surroundings_.clock,
                                          *surroundings_.log, commit_options);
  housekeeping_ = std::make_unique<Housekeeping>(number_, name_, surroundings_, *tasks_, metrics_);
  last_commit_ = surroundings_.clock->monotonic();
  return {};
}

TaskEnvironment StreamThread::environment_of(TaskId /*task*/) {
  const Settings& settings = *surroundings_.settings;
  TaskEnvironment environment;
  environment.application_id = settings.application_id;
  environment.compatibility = settings.compatibility;
  environment.exactly_once = settings.guarantee == Guarantee::exactly_once;
  environment.owner = static_cast<std::int64_t>(random_.next());
  environment.errors = settings.errors;
  environment.max_task_idle = settings.max_task_idle;
  environment.clock = surroundings_.clock;
  environment.outputs = producer_.get();
  environment.metrics = &metrics_;
  environment.labels = {{"thread", name_}};
  environment.log = surroundings_.log;
  environment.global_stores = surroundings_.global_stores;
  environment.source_partitions = &surroundings_.topics->source_partitions;
  return environment;
}

Result<void> StreamThread::run_once() {
  if (stopped_) {
    return {};
  }
  try {
    const Result<void> done = turn();
    return done.has_value() ? Result<void>() : recover(done.error());
  } catch (const std::exception& failure) {
    // Of a listener or a log sink; those of processors never come so far.
    return Error{ErrorKind::fatal,
                 fmt::format("{}: an exception came out of user code: {}", name_, failure.what())};
  } catch (...) {
    return Error{ErrorKind::fatal,
                 name_ + ": something that is no std::exception came out of user code"};
  }
}

Result<void> StreamThread::turn() {
  if (!joined_) {
    PAWL_TRY(membership_->join());
    joined_ = true;
  }
  PAWL_TRY(serve_membership());
  if (change_.has_value() && !commit_->running()) {
    PAWL_TRY(apply_change());
  }
  if (stop_requested_.load() != 0 && !change_.has_value() && !commit_->running()) {
    return step_stop();
  }
  // First the producer: what its former life left open must be ended before a task looks for the
  // end of its changelogs.
  const bool ready = commit_->running() || PAWL_TRY(ready_producer());
  if (!ready) {
    return {};
  }
  PAWL_TRY(advance_tasks());
  if (commit_->running()) {
    PAWL_TRY(step_commit());
  } else {
    PAWL_TRY(work());
  }
  housekeeping_->turn(commit_->running() ? Housekeeping::Commit::running
                                         : Housekeeping::Commit::idle);
  return {};
}

Result<void> StreamThread::advance_tasks() {
  on_the_way_ = PAWL_TRY(tasks_->advance(tasks_->running().empty() ? kIdleWait : milliseconds(0)));
  // A processor's init() may write and send, which has no place in a transaction that is ending.
  return commit_->running() ? Result<void>() : tasks_->start_restored();
}

Result<void> StreamThread::serve_membership() {
  // Who leaves has nothing else to wait for.
  auto change = PAWL_TRY(membership_->poll(left_ ? kBusyElsewhereWait : milliseconds(0)));
  if (!change.has_value()) {
    return {};
  }
  PAWL_ASSERT(!change_.has_value());
  change_ = *std::move(change);
  if (change_->kind == AssignmentChange::Kind::lost && commit_->running()) {
    // The identity of a later membership must not carry these tasks' offsets.
    commit_->give_up();
  }
  return {};
}

Result<void> StreamThread::apply_change() {
  switch (change_->kind) {
    case AssignmentChange::Kind::gained:
      return gain_tasks();
    case AssignmentChange::Kind::revoked:
      // What the tasks did is committed while they are still ours; all tasks of the thread share
      // the transaction.
      if (PAWL_TRY(begin_last_commit(change_->tasks))) {
        const CrashPoint before("rebalance.before_commit");
        return {};
      }
      break;
    case AssignmentChange::Kind::lost:
      if (producer_->in_transaction()) {
        const Mark mark("lost_tasks_aborted");
        commit_->begin_abort();
        return {};
      }
      break;
  }
  return close_tasks_of(*change_);
}

Result<void> StreamThread::gain_tasks() {
  if (!PAWL_TRY(confirm_claim())) {
    return {};
  }
  for (const TaskId task : change_->tasks) {
    tasks_->gain(task);
  }
  membership_->acknowledge();
  change_.reset();
  return {};
}

Result<bool> StreamThread::confirm_claim() {
  if (claim_confirmed_ || !surroundings_.confirm_claim) {
    return true;
  }
  const Result<void> confirmed = surroundings_.confirm_claim();
  if (confirmed.has_value()) {
    wait_.over();
    claim_confirmed_ = true;
    return true;
  }
  if (confirmed.error().kind != ErrorKind::retriable) {
    return confirmed.error();
  }
  wait_.waiting("the topology of the group", confirmed.error().message);
  return false;
}

Result<bool> StreamThread::begin_last_commit(const std::vector<TaskId>& tasks) {
  const bool dirty = std::any_of(tasks_->running().begin(), tasks_->running().end(),
                                 [](const StreamTask* task) { return task->dirty(); });
  if (!dirty &&
      (!producer_->present() || std::exchange(ends_noted_, true) || !tasks_->note_ends(tasks))) {
    return false;
  }
  PAWL_TRY(begin_commit());
  return true;
}

Result<void> StreamThread::close_tasks_of(const AssignmentChange& change) {
  const bool clean = change.kind == AssignmentChange::Kind::revoked;
  for (const TaskId task : change.tasks) {
    PAWL_TRY(tasks_->suspend(task));
  }
  const CrashPoint before("rebalance.before_acknowledge");
  // Others may go on with the tasks now; the flush below is only about our own next start.
  membership_->acknowledge();
  for (const TaskId task : change.tasks) {
    PAWL_TRY(tasks_->close(task, clean ? ThreadTasks::Close::clean : ThreadTasks::Close::dirty));
  }
  change_.reset();
  ends_noted_ = false;
  return {};
}

Result<void> StreamThread::step_commit() {
  PAWL_TRY(apply_outcome(PAWL_TRY(commit_->step())));
  if (commit_->running()) {
    return {};
  }
  PAWL_TRY(rebuild_corrupted());
  return reopen_taken_over();
}

Result<void> StreamThread::apply_outcome(CommitOutcome outcome) {
  switch (outcome) {
    case CommitOutcome::in_progress:
      return {};
    case CommitOutcome::committed:
      last_commit_ = surroundings_.clock->monotonic();
      metrics_.counter(metric_names::kCommits, {{"thread", name_}}).add();
      return tasks_->flush_due();
    case CommitOutcome::aborted:
      metrics_.counter(metric_names::kAborts, {{"thread", name_}}).add();
      return tasks_->go_back(ThreadTasks::Owner::ours);
    case CommitOutcome::lost:
      return tasks_->go_back(ThreadTasks::Owner::another);
  }
  return {};
}

Result<void> StreamThread::recover(const Error& error) {
  switch (error.kind) {
    case ErrorKind::retriable:
    case ErrorKind::abort_transaction:
      // A record could not be finished (the broker did not say how many partitions a topic has).
      if (!processing_.has_value()) {
        return error;
      }
      surroundings_.log->write(LogLevel::warning, name_,
                               error.message + ": going back to the last commit");
      break;
    case ErrorKind::corrupted_state:
      // Only the local copy is lost: the changelogs have everything.
      surroundings_.log->write(LogLevel::error, name_,
                               error.message + ": rebuilding it from the changelogs");
      if (processing_.has_value()) {
        corrupted_.insert(*processing_);
      } else if (corrupted_.empty()) {
        const std::vector<TaskId> all = tasks_->all();
        corrupted_.insert(all.begin(), all.end());
      }
      break;
    case ErrorKind::invalid_record:
    case ErrorKind::outcome_unknown:
    case ErrorKind::fenced:
    case ErrorKind::fatal:
      return error;
  }
  processing_.reset();
  if (!commit_->running()) {
    commit_->begin_abort();
  }
  return {};
}

Result<void> StreamThread::rebuild_corrupted() {
  for (const TaskId task : std::exchange(corrupted_, {})) {
    if (tasks_->owns(task)) {
      const Mark mark("state_rebuilt");
      PAWL_TRY(tasks_->rebuild(task));
    }
  }
  return {};
}

Result<void> StreamThread::reopen_taken_over() {
  for (const TaskId task : std::exchange(taken_over_, {})) {
    if (tasks_->owns(task)) {
      const Mark mark("task_taken_over");
      PAWL_TRY(tasks_->close(task, ThreadTasks::Close::dirty));
      tasks_->gain(task);
    }
  }
  return {};
}

Result<bool> StreamThread::ready_producer() {
  if (producer_->in_transaction()) {
    return true;
  }
  const Result<void> ready = producer_->ensure_ready(milliseconds(500));
  if (ready.has_value()) {
    if (!change_.has_value()) {  // else that may be what is waited for
      wait_.over();
    }
    return true;
  }
  if (ready.error().kind == ErrorKind::fatal) {
    return ready.error();
  }
  wait_.waiting("the producer", ready.error().message);
  if (ready.error().kind != ErrorKind::retriable) {
    producer_->discard();
  }
  return false;  // the broker answers, or the next turn tries again
}

Result<void> StreamThread::work() {
  PAWL_TRY(router_->resume_drained());
  PAWL_TRY(router_->poll(busy_ ? milliseconds(0) : idle_wait(), kPollRecordsMax));
  if (!router_->lost_positions().empty()) {
    taken_over_ = PAWL_TRY(find_taken_over(*router_, *sources_, wait_, *surroundings_.log, name_));
    if (!taken_over_.empty()) {
      commit_->begin_abort();
      return {};
    }
  }
  const Timestamp wall = surroundings_.clock->wall();
  for (StreamTask* task : tasks_->running()) {
    task->set_wall_time(wall);
  }
  Result<bool> processed = process();
  if (!processed.has_value()) {
    return std::move(processed).error();
  }
  busy_ = *processed;
  PAWL_TRY(punctuate());
  if (producer_->present()) {
    producer_->client().poll();
  }
  return maybe_commit();
}

std::size_t StreamThread::cached_rows() const {
  std::size_t rows = 0;
  for (StreamTask* task : tasks_->running()) {
    rows += task->stores().cached_rows();
  }
  return rows;
}

Result<bool> StreamThread::process() {
  int left = kRecordsPerTurn;
  bool any = true;
  bool more = false;
  TurnTime time(*surroundings_.clock, kTurnMax);
  while (any && left > 0 && !producer_->failure().has_value()) {
    any = false;
    const MonotonicTime now = surroundings_.clock->monotonic();
    const std::vector<StreamTask*>& running = tasks_->running();
    for (std::size_t place = 0; place < running.size(); ++place) {
      StreamTask* const task = running[(next_place_ + place) % running.size()];
      const std::size_t cached_elsewhere = cached_rows() - task->stores().cached_rows();
      processing_ = task->id();
      for (int record = 0; record < kRecordsPerTask; ++record) {
        if (!PAWL_TRY(task->process_one(now))) {
          break;
        }
        any = true;
        --left;
        PAWL_TRY(task->punctuate_stream_time());
        if (task->wants_commit() || time.over() ||
            cached_elsewhere + task->stores().cached_rows() >= flush_pace_.rows_max()) {
          processing_.reset();
          // Whose transaction is full, or whose records are slow, must not keep the others from
          // theirs.
          next_place_ = (next_place_ + place + 1) % running.size();
          return true;
        }
      }
    }
    more = more || any;
  }
  processing_.reset();
  return more;
}

Result<void> StreamThread::punctuate() {
  for (StreamTask* task : tasks_->running()) {
    processing_ = task->id();
    PAWL_TRY(task->punctuate_wall_clock());
  }
  processing_.reset();
  return {};
}

Result<void> StreamThread::maybe_commit() {
  const MonotonicTime now = surroundings_.clock->monotonic();
  const bool due = now - last_commit_ >= surroundings_.settings->effective_commit_interval();
  const bool wanted = std::any_of(tasks_->running().begin(), tasks_->running().end(),
                                  [](const StreamTask* task) { return task->wants_commit(); }) ||
                      cached_rows() >= flush_pace_.rows_max();
  if (!due && !wanted && !producer_->failure().has_value()) {
    return {};
  }
  const bool dirty = std::any_of(tasks_->running().begin(), tasks_->running().end(),
                                 [](const StreamTask* task) { return task->dirty(); });
  if (!dirty) {
    last_commit_ = now;
    return {};
  }
  PAWL_TRY(begin_commit());
  return step_commit();
}

Result<void> StreamThread::begin_commit() {
  std::vector<StreamTask*> tasks;
  for (StreamTask* task : tasks_->running()) {
    if (task->dirty() || tasks_->has_unproven_ends(task->id())) {
      tasks.push_back(task);
    }
  }
  // Nodes process what the record caches held, which has no place in a commit that runs.
  const std::size_t cached = cached_rows();
  const MonotonicTime before = surroundings_.clock->monotonic();
  for (StreamTask* task : tasks) {
    processing_ = task->id();
    PAWL_TRY(task->flush_caches());
  }
  flush_pace_.flushed(cached, surroundings_.clock->monotonic() - before);
  const CrashPoint before_changelogs("commit.before_changelogs");
  for (StreamTask* task : tasks) {
    processing_ = task->id();
    PAWL_TRY(task->prepare_commit());
  }
  processing_.reset();
  commit_->begin(std::move(tasks));
  return {};
}

milliseconds StreamThread::idle_wait() const {
  if (on_the_way_ || change_.has_value()) {
    return kBusyElsewhereWait;
  }
  milliseconds wait = kIdleWait;
  const MonotonicTime since = surroundings_.clock->monotonic() - last_commit_;
  const auto due = std::chrono::duration_cast<milliseconds>(
      surroundings_.settings->effective_commit_interval() - since);
  if (producer_->in_transaction()) {
    wait = std::min(wait, std::max(due, milliseconds(0)));
  }
  for (const StreamTask* task : tasks_->running()) {
    const Timestamp next = task->next_wall_clock_punctuation();
    if (next != Timestamp::max()) {
      wait = std::min(wait, std::max(next - surroundings_.clock->wall(), milliseconds(0)));
    }
  }
  return wait;
}

Result<void> StreamThread::step_stop() {
  if (producer_->present() && PAWL_TRY(begin_last_commit(tasks_->all()))) {
    return step_commit();
  }
  if (stop_requested_.load() == 2 && !left_) {
    // The last revocation comes through serve_membership and closes the tasks.
    left_ = true;
    membership_->leave();
    return {};
  }
  if (left_ && !membership_->left()) {
    return {};
  }
  for (const TaskId task : tasks_->all()) {
    PAWL_TRY(tasks_->close(task, ThreadTasks::Close::clean));
  }
  housekeeping_->publish();
  stopped_ = true;
  return {};
}

template <class F>
void StreamThread::attempt(F&& step) {
  std::string failure;
  try {
    const Result<void> done = std::forward<F>(step)();
    if (done.has_value()) {
      return;
    }
    failure = done.error().message;
  } catch (const std::exception& thrown) {
    failure = thrown.what();
  } catch (...) {
    failure = "something that is no std::exception came out of user code";
  }
  try {
    surroundings_.log->write(LogLevel::warning, name_, "while it was closed: " + failure);
  } catch (...) {
    const Mark mark("log_failed");  // nobody is left to tell
  }
}

void StreamThread::close_dirty() {
  attempt([this]() -> Result<void> {
    if (commit_->running() || !producer_->in_transaction()) {
      return {};
    }
    commit_->begin_abort();
    const MonotonicTime deadline = surroundings_.clock->monotonic() + std::chrono::seconds(3);
    while (commit_->running() && surroundings_.clock->monotonic() < deadline) {
      PAWL_TRY(commit_->step());
    }
    return {};
  });
  for (const TaskId task : tasks_->all()) {
    attempt([&] { return tasks_->close(task, ThreadTasks::Close::dirty); });
  }
  attempt([this]() -> Result<void> {
    housekeeping_->publish();
    return {};
  });
  stopped_ = true;
}

}  // namespace pawl::internal

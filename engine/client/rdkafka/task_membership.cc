#include "client/rdkafka/task_membership.h"

#include "client/rdkafka/error.h"
#include "client/rdkafka/group_identity.h"
#include "client/rdkafka/partition_list.h"

#include <pawl/model/assert.h>
#include <pawl/model/mark.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>
#include <vector>

namespace pawl::internal::rdkafka {
namespace {

using std::chrono::milliseconds;

// How often the member id is looked at while nothing happens.
constexpr milliseconds kLookInterval{500};
// The coordinator's answer to a LeaveGroup is waited for at most this long; the group goes on
// without it, after the session's end.
constexpr milliseconds kLeaveAnswer{5'000};
// The same, where a member goes away without having been asked to leave.
constexpr milliseconds kGoodbye{5'000};
// A fence that follows another so soon is no accident.
constexpr milliseconds kFencedAgain{120'000};

std::vector<TaskId> to_vector(const std::set<TaskId>& tasks) {
  return {tasks.begin(), tasks.end()};
}

}  // namespace

TaskMembership::TaskMembership(MakeInstance make_instance, std::shared_ptr<Instance> instance,
                               const MembershipOptions& options)
    : make_instance_(std::move(make_instance)),
      instance_(std::move(instance)),
      topics_(options.task_topics),
      instance_id_(options.group_instance_id) {
  open_client();
}

TaskMembership::~TaskMembership() {
  close_client();
}

void TaskMembership::open_client() {
  rd_kafka_poll_set_consumer(instance_->get());
  queue_.reset(rd_kafka_queue_get_consumer(instance_->get()));
}

void TaskMembership::close_client() {
  for (Pending& pending : changes_) {
    give_back(pending.give_back.get());
    pending.give_back.reset();
  }
  // A client that is destroyed while a rebalance waits for its answer waits for it for ever. So it
  // is closed first, and whatever it asks is answered.
  queue_.reset(rd_kafka_queue_new(instance_->get()));
  const ErrorHandle refused(rd_kafka_consumer_close_queue(instance_->get(), queue_.get()));
  if (refused != nullptr) {
    // A client that has failed for good still waits for the answer to an assignment.
    rd_kafka_assign(instance_->get(), nullptr);
  }
  const Deadline deadline(kGoodbye);
  while (rd_kafka_consumer_closed(instance_->get()) == 0 && !deadline.passed()) {
    const EventHandle event = next_event(milliseconds(deadline.remaining_ms(milliseconds(10))));
    if (event != nullptr && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
      answer(event.get());
    } else if (event == nullptr && refused != nullptr) {
      break;  // and asks nothing new
    }
  }
  events_.clear();
}

void TaskMembership::answer(rd_kafka_event_t* event) {
  const bool assign = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  rd_kafka_topic_partition_list_t* const list = rd_kafka_event_topic_partition_list(event);
  const ErrorHandle ignored(assign ? rd_kafka_incremental_assign(instance_->get(), list)
                                   : rd_kafka_incremental_unassign(instance_->get(), list));
}

bool TaskMembership::fenced() const {
  return rd_kafka_fatal_error(instance_->get(), nullptr, 0) == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID;
}

std::optional<Error> TaskMembership::fatal_error() const {
  auto error = instance_->fatal_error("group membership");
  if (error.has_value() && fenced()) {
    error->message =
        fmt::format("two instances use the same id '{}' (copied state directory?)", instance_id_);
  }
  return error;
}

Result<void> TaskMembership::replace_fenced_client() {
  Error fatal = *fatal_error();
  const bool again = fenced_until_.has_value() && !fenced_until_->passed();
  if (!fenced() || again) {
    return fatal;
  }
  if (leaving_ != Leaving::no) {
    interrupted_ = !owned_.empty();
    return {};
  }
  const Mark mark("membership_fenced");
  instance_->log().write(LogLevel::warning,
                         fatal.message + ", or this one was taken for another: joining once more");
  fenced_until_.emplace(kFencedAgain);
  std::shared_ptr<Instance> next = PAWL_TRY(make_instance_());  // takes no part before join()
  interrupted_ = !owned_.empty();
  close_client();
  queue_.reset();
  instance_ = std::move(next);
  open_client();
  return join();
}

Result<void> TaskMembership::join() {
  owner_.check();
  const PartitionListHandle subscription = topics_.subscription();
  const rd_kafka_resp_err_t code = rd_kafka_subscribe(instance_->get(), subscription.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(code, "subscribing to the task topics");
  }
  joined_ = true;
  return {};
}

EventHandle TaskMembership::next_event(milliseconds timeout) {
  if (!events_.empty()) {
    EventHandle event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  return EventHandle(rd_kafka_queue_poll(queue_.get(), static_cast<int>(timeout.count())));
}

Result<std::optional<AssignmentChange>> TaskMembership::poll(milliseconds timeout) {
  owner_.check();
  if (fatal_error().has_value()) {
    PAWL_TRY(replace_fenced_client());
  }
  const Deadline deadline(timeout);
  if (next_look_.passed()) {
    observe();
  }
  while (delivered_) {
    // Served all the same: that is what keeps the membership alive.
    EventHandle event(rd_kafka_queue_poll(queue_.get(), deadline.remaining_ms()));
    if (event != nullptr) {
      events_.push_back(std::move(event));
    }
    if (event == nullptr && deadline.passed()) {
      return std::optional<AssignmentChange>();
    }
  }
  do {
    const EventHandle event = changes_.empty() && !interrupted_
                                  ? next_event(milliseconds(deadline.remaining_ms()))
                                  : EventHandle();
    if (event != nullptr) {
      PAWL_TRY(handle(event.get()));
    }
    if (interrupted_ && changes_.empty()) {
      queue_lost(nullptr);
    }
  } while (changes_.empty() && !deadline.passed());
  advance_leaving();
  return deliver();
}

std::optional<AssignmentChange> TaskMembership::deliver() {
  if (changes_.empty()) {
    return std::nullopt;
  }
  delivered_ = true;
  return changes_.front().change;
}

Result<void> TaskMembership::handle(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
      handle_rebalance(event);
      return {};
    case RD_KAFKA_EVENT_ERROR:
      return handle_error(event);
    default:
      return {};
  }
}

Result<void> TaskMembership::handle_error(rd_kafka_event_t* event) {
  if (fatal_error().has_value()) {
    return {};  // the next poll() sees to it
  }
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  const Error error = to_error(code, "group membership", rd_kafka_event_error_string(event));
  if (is_authorization(code) || code == RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL ||
      code == RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT ||
      code == RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED) {
    return Error{ErrorKind::fatal, error.message};
  }
  // The library goes on by itself: it retries, or it has lost the tasks and says so separately.
  instance_->log().write(LogLevel::warning, error.message);
  return {};
}

GroupIdentity TaskMembership::observe() {
  next_look_ = Deadline(kLookInterval);
  GroupIdentity identity = member_identity(instance_->get());
  if (!owned_.empty() && (identity.member != member_ || identity.generation < 0)) {
    interrupted_ = true;
  }
  return identity;
}

void TaskMembership::handle_rebalance(rd_kafka_event_t* event) {
  PartitionListHandle partitions(
      rd_kafka_topic_partition_list_copy(rd_kafka_event_topic_partition_list(event)));
  const GroupIdentity identity = observe();
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    on_assigned(std::move(partitions), identity);
  } else {
    on_revoked(std::move(partitions));
  }
}

void TaskMembership::on_assigned(PartitionListHandle partitions, const GroupIdentity& identity) {
  for (int index = 0; index < partitions->cnt; ++index) {
    partitions->elems[index].offset = RD_KAFKA_OFFSET_END;
  }
  const Result<void> assigned = to_result(
      ErrorHandle(rd_kafka_incremental_assign(instance_->get(), partitions.get())), "assigning");
  if (!assigned.has_value()) {
    instance_->log().write(LogLevel::warning, assigned.error().message);
    return;
  }
  rd_kafka_pause_partitions(instance_->get(), partitions.get());
  if (interrupted_) {
    const Mark mark("membership_interrupted_before_assignment");
    queue_lost(nullptr);
  }
  if (identity.member.empty() || identity.generation < 0) {
    // The assignment belongs to a membership that is over; the next one brings its own.
    return;
  }
  // All of the assignment counts, not only what is new to librdkafka: tasks that were lost in an
  // interruption come back this way.
  rd_kafka_topic_partition_list_t* native = nullptr;
  rd_kafka_assignment(instance_->get(), &native);
  const PartitionListHandle assignment(native);
  std::set<TaskId> gained = topics_.tasks_of(assignment.get());
  for (const TaskId task : owned_) {
    gained.erase(task);
  }
  member_ = identity.member;
  if (!gained.empty()) {
    owned_.insert(gained.begin(), gained.end());
    changes_.push_back({{AssignmentChange::Kind::gained, to_vector(gained)}, nullptr});
  }
}

void TaskMembership::on_revoked(PartitionListHandle partitions) {
  if (interrupted_ || rd_kafka_assignment_lost(instance_->get()) != 0) {
    queue_lost(std::move(partitions));
    return;
  }
  std::set<TaskId> revoked = topics_.tasks_of(partitions.get());
  std::erase_if(revoked, [&](const TaskId& task) { return !owned_.contains(task); });
  if (revoked.empty()) {
    give_back(partitions.get());
    return;
  }
  changes_.push_back(
      {{AssignmentChange::Kind::revoked, to_vector(revoked)}, std::move(partitions)});
}

// Losing a membership loses every task of it.
void TaskMembership::queue_lost(PartitionListHandle partitions) {
  interrupted_ = false;
  if (owned_.empty()) {
    give_back(partitions.get());
    return;
  }
  const Mark mark("tasks_lost");
  changes_.push_back({{AssignmentChange::Kind::lost, to_vector(std::exchange(owned_, {}))},
                      std::move(partitions)});
}

void TaskMembership::acknowledge() {
  owner_.check();
  PAWL_ASSERT(delivered_ && !changes_.empty());
  const Pending done = std::move(changes_.front());
  changes_.pop_front();
  delivered_ = false;
  if (done.change.kind == AssignmentChange::Kind::revoked) {
    observe();
    for (const TaskId task : done.change.tasks) {
      owned_.erase(task);
    }
  }
  give_back(done.give_back.get());
}

void TaskMembership::give_back(rd_kafka_topic_partition_list_t* partitions) {
  if (partitions == nullptr || partitions->cnt == 0) {
    return;
  }
  const Result<void> unassigned =
      to_result(ErrorHandle(rd_kafka_incremental_unassign(instance_->get(), partitions)),
                "giving tasks back");
  if (!unassigned.has_value()) {
    instance_->log().write(LogLevel::warning, unassigned.error().message);
  }
}

Result<GroupIdentity> TaskMembership::commit_identity() {
  owner_.check();
  if (fatal_error().has_value()) {
    interrupted_ = !owned_.empty();  // the next poll() sees to it
  }
  GroupIdentity identity = observe();
  const bool lost = delivered_ && changes_.front().change.kind == AssignmentChange::Kind::lost;
  if (interrupted_ || lost) {
    const Mark mark("identity_of_lost_tasks_refused");
    return Error{ErrorKind::abort_transaction,
                 "the group membership was lost: its tasks are somebody else's"};
  }
  if (identity.member.empty() || identity.generation < 0) {
    return Error{ErrorKind::retriable, "not a member of the group yet"};
  }
  return identity;
}

Result<void> TaskMembership::commit_offsets(std::span<const OffsetToCommit> offsets,
                                            milliseconds timeout) {
  owner_.check();
  if (offsets.empty()) {
    return {};
  }
  const Result<GroupIdentity> identity = commit_identity();
  if (!identity.has_value()) {
    const bool lost = identity.error().kind == ErrorKind::abort_transaction;
    return Error{lost ? ErrorKind::fenced : identity.error().kind, identity.error().message};
  }
  const Deadline deadline(timeout);
  const PartitionListHandle list = make_offset_list(offsets);
  const QueueHandle answers(rd_kafka_queue_new(instance_->get()));
  const rd_kafka_resp_err_t code =
      rd_kafka_commit_queue(instance_->get(), list.get(), answers.get(), nullptr, nullptr);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(code, "committing offsets");
  }
  const EventHandle answer(rd_kafka_queue_poll(answers.get(), deadline.remaining_ms()));
  if (answer == nullptr) {
    return Error{ErrorKind::retriable, "committing offsets: no answer yet"};
  }
  if (fenced()) {
    return Error{ErrorKind::fenced, "committing offsets: the member was fenced"};
  }
  const rd_kafka_topic_partition_list_t* const results =
      rd_kafka_event_topic_partition_list(answer.get());
  for (int index = 0; results != nullptr && index < results->cnt; ++index) {
    const rd_kafka_topic_partition_t& element = results->elems[index];
    if (element.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return to_error(element.err,
                      "committing the offset of " + to_string(to_topic_partition(element)));
    }
  }
  const rd_kafka_resp_err_t whole = rd_kafka_event_error(answer.get());
  if (whole != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return to_error(whole, "committing offsets of group '" + identity->group + "'");
  }
  return {};
}

void TaskMembership::leave() {
  owner_.check();
  if (leaving_ != Leaving::no) {
    return;
  }
  leaving_ = Leaving::asked;
  const bool member = joined_ && !observe().member.empty();
  instance_->forget_watch();
  rd_kafka_unsubscribe(instance_->get());
  if (!member && owned_.empty() && changes_.empty()) {
    left_ = true;
  }
}

void TaskMembership::advance_leaving() {
  if (leaving_ == Leaving::no || left_ || !owned_.empty() || !changes_.empty()) {
    return;
  }
  if (leaving_ == Leaving::asked) {
    leaving_ = Leaving::given_back;
    answer_by_.emplace(kLeaveAnswer);
  }
  if (instance_->watch_seen() || fenced()) {
    left_ = true;
  } else if (answer_by_->passed()) {
    instance_->log().write(LogLevel::warning,
                           "leaving the group: the coordinator did not answer; the others go on "
                           "when the session ends");
    left_ = true;
  }
}

}  // namespace pawl::internal::rdkafka

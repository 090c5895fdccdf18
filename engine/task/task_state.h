// The life of a task.
//
//   created ──▶ restoring ──▶ running ──▶ closed
//      │            │                       ▲
//      └────────────┴───────────────────────┘
//
// created: its stores are not open. restoring: its stores follow their changelogs to the fixed end;
// nothing is processed. running: it processes. closed: nothing of it is left open; a closed task
// never comes back.
#pragma once

#include <string_view>

namespace pawl::internal {

enum class TaskState { created, restoring, running, closed };

constexpr std::string_view to_string(TaskState state) {
  switch (state) {
    case TaskState::created:
      return "created";
    case TaskState::restoring:
      return "restoring";
    case TaskState::running:
      return "running";
    case TaskState::closed:
      return "closed";
  }
  return "?";
}

// The arrows above, by name.
constexpr bool may_follow(TaskState from, TaskState to) {
  switch (from) {
    case TaskState::created:
      return to == TaskState::restoring || to == TaskState::closed;
    case TaskState::restoring:
      return to == TaskState::running || to == TaskState::closed;
    case TaskState::running:
      return to == TaskState::closed;
    case TaskState::closed:
      return false;
  }
  return false;
}

}  // namespace pawl::internal

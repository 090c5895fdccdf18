// Error: a failure of the surroundings or of an input record, as a value. Its kind says what the
// caller has to do next; the message says what happened, values last. Messages are for people and
// not part of the API. Mistakes in building a program are exceptions (TopologyError, ConfigError),
// broken invariants are PAWL_ASSERT. Thread rule: a value.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace pawl {

// What to do next. A new kind needs an ADR: only if a caller would act differently.
enum class ErrorKind {
  invalid_record,     // this record cannot be used: the policy decides (skip, dead letter, stop)
  retriable,          // the same call may succeed later
  abort_transaction,  // abort, rewind, drop uncommitted writes, go on
  outcome_unknown,  // a commit may or may not have happened: only the outcome resolution may follow
  fenced,           // this owner is no longer the owner: close dirty, rejoin
  corrupted_state,  // local state is unusable: rebuild the store from its changelog
  fatal,            // nothing helps but stopping with the reason
};

constexpr std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_record:
      return "invalid_record";
    case ErrorKind::retriable:
      return "retriable";
    case ErrorKind::abort_transaction:
      return "abort_transaction";
    case ErrorKind::outcome_unknown:
      return "outcome_unknown";
    case ErrorKind::fenced:
      return "fenced";
    case ErrorKind::corrupted_state:
      return "corrupted_state";
    case ErrorKind::fatal:
      return "fatal";
  }
  return "?";
}

struct Error {
  ErrorKind kind = ErrorKind::fatal;
  std::string message;
};

// Returns: the same error with `where: ` before its message.
inline Error with_context(std::string_view where, Error error) {
  error.message = std::string(where) + ": " + error.message;
  return error;
}

inline std::ostream& operator<<(std::ostream& out, const Error& error) {
  return out << error.message << " [" << to_string(error.kind) << "]";
}

}  // namespace pawl

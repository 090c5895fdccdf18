// StateStore: what every store has in common. A store belongs to one task; it shows the writes of
// the running transaction (its overlay) over the committed state below. Thread rule: owner thread
// only. Lifetime: as long as its task is open.
#pragma once

#include <pawl/model/error.h>
#include <pawl/model/headers.h>
#include <pawl/model/sticky_stop.h>
#include <pawl/model/timestamp.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace pawl {

class StateStore {
 public:
  StateStore() = default;
  StateStore(const StateStore&) = delete;
  StateStore& operator=(const StateStore&) = delete;
  virtual ~StateStore() = default;

  [[nodiscard]] virtual const std::string& name() const = 0;
  // Whether the committed state is on disk (true) or in memory only.
  [[nodiscard]] virtual bool persistent() const = 0;
};

// The record in hand, as far as stores care: a plain store logs its writes with this timestamp.
// Owned by the task and kept current by it.
struct WriteContext {
  Timestamp timestamp = Timestamp::unknown();
  const Headers* headers = &Headers::none();
};

// Thrown by a store whose disk fails while a processor reads or writes it. Processors do not catch
// it: the task does, and treats it by its kind (corrupted_state: rebuild the store; fatal: stop
// with the reason); also when a processor caught it all the same (StickyStop).
class StoreFailure : public std::runtime_error {
 public:
  explicit StoreFailure(Error error) : std::runtime_error(error.message), error_(std::move(error)) {
    StickyStop::note(error_);
  }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
};

}  // namespace pawl

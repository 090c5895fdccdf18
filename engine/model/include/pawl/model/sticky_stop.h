// StickyStop: a scope around calls of user code that keeps the first error at which processing has
// to stop. Such errors travel as exceptions (StoreFailure, ProcessingStopped), which are noted here
// when they are made: a catch of user code around forward(), or around a store, can swallow the
// exception, but not the error. Scopes nest; the innermost one keeps it.
// Thread rule: each scope on one thread, whose errors it keeps.
#pragma once

#include <pawl/model/error.h>

#include <optional>

namespace pawl {

class StickyStop {
 public:
  StickyStop();
  StickyStop(const StickyStop&) = delete;
  StickyStop& operator=(const StickyStop&) = delete;
  ~StickyStop();

  // An exception that carries `error` is made. Outside of all scopes nobody keeps it.
  static void note(const Error& error);
  // Returns: what the innermost scope keeps; null: nothing. Lifetime: as the scope.
  [[nodiscard]] static const Error* noted();

 private:
  StickyStop* outer_;
  std::optional<Error> first_;
};

}  // namespace pawl

// Cursors over stores, in the style of LevelDB's Iterator: `for (auto row = store.all();
// row->valid(); row->next())`. A cursor may meet writes made to its store while it runs: rows
// behind it do not come back, rows ahead may be seen. Thread rule: owner thread only. Lifetime: a
// cursor ends before process() returns; a view it returns is valid until its next call.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/timestamp.h>
#include <pawl/model/window.h>

#include <memory>

namespace pawl {

enum class Direction { forward, backward };

class KeyValueCursor {
 public:
  KeyValueCursor() = default;
  KeyValueCursor(const KeyValueCursor&) = delete;
  KeyValueCursor& operator=(const KeyValueCursor&) = delete;
  virtual ~KeyValueCursor() = default;

  [[nodiscard]] virtual bool valid() const = 0;
  // The other functions require valid().
  virtual void next() = 0;
  [[nodiscard]] virtual BytesView key() const = 0;
  [[nodiscard]] virtual BytesView value() const = 0;
};

class WindowCursor {
 public:
  WindowCursor() = default;
  WindowCursor(const WindowCursor&) = delete;
  WindowCursor& operator=(const WindowCursor&) = delete;
  virtual ~WindowCursor() = default;

  [[nodiscard]] virtual bool valid() const = 0;
  // The other functions require valid().
  virtual void next() = 0;
  [[nodiscard]] virtual BytesView key() const = 0;
  [[nodiscard]] virtual Timestamp start() const = 0;
  [[nodiscard]] virtual BytesView value() const = 0;
};

class SessionCursor {
 public:
  SessionCursor() = default;
  SessionCursor(const SessionCursor&) = delete;
  SessionCursor& operator=(const SessionCursor&) = delete;
  virtual ~SessionCursor() = default;

  [[nodiscard]] virtual bool valid() const = 0;
  // The other functions require valid().
  virtual void next() = 0;
  [[nodiscard]] virtual BytesView key() const = 0;
  [[nodiscard]] virtual Window window() const = 0;
  [[nodiscard]] virtual BytesView value() const = 0;
};

}  // namespace pawl

// HotWindows: the committed rows of the latest windows, in memory, so that an aggregation that
// updates an open window does not read the backend. A window that began while we were watching is
// complete: a key that is not here has no row.
//
// Invariants
//   1. A row here equals the committed row in the backend.
//   2. A complete window has every committed row of that window.
// The oldest windows are evicted first when memory runs out; evicted windows are read from the
// backend again. Thread rule: owner thread only.
#pragma once

#include "overlay/arena.h"
#include "overlay/bytes_hash.h"

#include <pawl/model/timestamp.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <map>
#include <optional>

namespace pawl::internal {

class HotWindows {
 public:
  explicit HotWindows(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // `latest_start`: the latest window start with a committed row; windows that start later are
  // empty so far.
  void begin_after(Timestamp latest_start) { complete_after_ = latest_start; }

  enum class Answer { present, absent, unknown };
  struct Lookup {
    Answer answer;
    BytesView value;  // present only. Lifetime: until the next call
  };
  [[nodiscard]] Lookup find(Timestamp start, BytesView key);

  // A row was committed; null = deleted.
  void commit(Timestamp start, BytesView key, NullableBytesView value);
  // The backend was read: remember what it said.
  void remember(Timestamp start, BytesView key, NullableBytesView value);

  void forget_below(Timestamp start);
  [[nodiscard]] std::size_t used_bytes() const { return used_bytes_; }

 private:
  struct Slot {
    char* place = nullptr;
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;
    bool present = false;  // false: known to be absent
  };
  struct Table {
    Arena arena;
    boost::unordered_flat_map<BytesView, Slot, BytesHash> rows;
    bool complete = false;
    std::size_t counted_bytes = 0;
  };

  Table* table_of(Timestamp start);
  Table& table_for_writing(Timestamp start);
  void write(Table& table, BytesView key, NullableBytesView value);
  void evict_to_fit(Timestamp keep);

  std::size_t bytes_max_;
  std::size_t used_bytes_ = 0;
  Timestamp complete_after_ = Timestamp::unknown();
  std::map<Timestamp, Table> tables_;
  Timestamp last_start_ = Timestamp::min();  // of last_table_, the table used last
  Table* last_table_ = nullptr;
};

}  // namespace pawl::internal

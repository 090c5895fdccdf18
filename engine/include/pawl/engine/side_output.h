// Side outputs: where a node's dropped records go on, if the topology asks for it
// (Stream::dropped_to). A node counts each record that it cannot use by the reason
// (records.dropped) and shows it to its side outputs: children that get nothing else. There the
// reason is in a header. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/outlet.h>
#include <pawl/engine/processing_context.h>
#include <pawl/model/bytes.h>
#include <pawl/model/headers.h>

#include <string>
#include <string_view>
#include <utility>

namespace pawl {

// The header that tells why a record was dropped: `late`, `null_key` and so on, as in the counter.
inline constexpr const char* kDroppedHeader = "__pawl.dropped";
// The reason of a record that was late for some of its windows and went into others. It is counted
// as `late`, once for each window that it missed.
inline constexpr const char* kPartlyLate = "partly_late";

// A reason for which a node drops records, and its counter.
class DropReason {
 public:
  DropReason() = default;
  DropReason(ProcessingContext& context, std::string name)
      : name_(std::move(name)), counter_(&context.dropped_counter(name_)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Counter& counter() const { return *counter_; }

 private:
  std::string name_;
  Counter* counter_ = nullptr;
};

// Marks a node as a side output of its parents.
class TakesDroppedRecords {
 public:
  TakesDroppedRecords() = default;
  TakesDroppedRecords(const TakesDroppedRecords&) = delete;
  TakesDroppedRecords& operator=(const TakesDroppedRecords&) = delete;

 protected:
  virtual ~TakesDroppedRecords() = default;
};

// The side outputs of a node that receives records of (K, V).
template <class K, class V>
class SideOutputs {
 public:
  // Returns: whether the child is a side output; it is connected then.
  bool connect(Node& child) {
    if (dynamic_cast<TakesDroppedRecords*>(&child) == nullptr) {
      return false;
    }
    outlet_.connect(child);
    return true;
  }
  void init(ProcessingContext& context) { outlet_.init(context); }

  // Counts a record and shows it to all side outputs.
  void drop(const Record<K, V>& record, const DropReason& reason) const {
    reason.counter().add();
    show(record, reason.name());
  }
  // The same without counting.
  void show(const Record<K, V>& record, std::string_view reason) const {
    if (outlet_.size() == 0) {
      return;
    }
    Headers headers = *record.headers;
    headers.remove(kDroppedHeader);
    headers.add(kDroppedHeader, Bytes(reason));
    outlet_.forward(record.with_headers(&headers));
  }

 private:
  Outlet<K, V> outlet_;
};

}  // namespace pawl

// TableValueProcessor: a hand-made step of a table that makes another value out of each one, with
// stores and punctuators of its own but no way to forward: one change in, one change out. It is
// called for new values, for old values where a verb behind needs them, and for looked up values,
// each time with the stores as they are then; so its result must depend on key and value, and on
// the stores only in ways that all three can stand. Source: ValueTransformerWithKey.
//
//   class Masked final : public TableValueProcessor<std::string, std::string> {
//    public:
//     std::optional<std::string> transform(const std::string& key,
//                                          const std::string* value) override { ... }
//   };
// Thread rule: owner thread only; different tasks run their own objects on different threads.
#pragma once

#include <pawl/engine/processing_context.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

// What the processor may ask of its task. Lifetime: as long as the processor.
class TableValueContext {
 public:
  explicit TableValueContext(ProcessingContext& context) : context_(context) {}

  // See ProcessingContext.
  template <class Definition>
  typename Definition::Store store(const Definition& definition) {
    return context_.store(definition);
  }
  PunctuationHandle schedule(std::chrono::milliseconds interval, PunctuationType type,
                             Punctuator punctuator) {
    return context_.schedule(interval, type, std::move(punctuator));
  }
  PunctuationHandle schedule(Timestamp start, std::chrono::milliseconds interval,
                             PunctuationType type, Punctuator punctuator) {
    return context_.schedule(start, interval, type, std::move(punctuator));
  }
  void request_commit() { context_.request_commit(); }
  [[nodiscard]] const std::string& application_id() const { return context_.application_id(); }
  [[nodiscard]] TaskId task_id() const { return context_.task_id(); }
  [[nodiscard]] std::optional<std::filesystem::path> state_directory() const {
    return context_.state_directory();
  }
  // Where the value came from; unknown, but for the timestamp, when it was looked up.
  [[nodiscard]] const RecordCoordinates& coordinates() const { return context_.coordinates(); }
  [[nodiscard]] Timestamp timestamp() const { return context_.write_context().timestamp; }
  [[nodiscard]] Timestamp stream_time() const { return context_.stream_time(); }
  [[nodiscard]] Timestamp wall_time() const { return context_.wall_time(); }
  Counter& counter(const std::string& name) { return context_.counter(name); }
  DurationHistogram& histogram(const std::string& name) { return context_.histogram(name); }

 private:
  ProcessingContext& context_;
};

template <class K, class V, class VOut = V>
class TableValueProcessor {
 public:
  using Key = K;
  using ValueIn = V;
  using ValueOut = VOut;

  TableValueProcessor() = default;
  TableValueProcessor(const TableValueProcessor&) = delete;
  TableValueProcessor& operator=(const TableValueProcessor&) = delete;
  virtual ~TableValueProcessor() = default;

  // Called once before the first value.
  virtual void init(TableValueContext& /*context*/) {}
  // `value` null: the key is deleted, or has no value. Returns: the value in the new table, or
  // nothing.
  virtual std::optional<VOut> transform(const K& key, const V* value) = 0;
  // Called once when the task closes.
  virtual void close() {}
};

}  // namespace pawl

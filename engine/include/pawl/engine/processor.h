// Processor: a hand-made step. It receives records of (KIn, VIn), keeps state in connected stores,
// and forwards records of (KOut, VOut) when and as often as it likes. One object per task, made by
// a ProcessorSupplier. Source: org.apache.kafka.streams.processor.api.Processor.
//
//   class Dedup final : public Processor<std::string, Event, std::string, Event> {
//    public:
//     void init(ProcessorContext<std::string, Event>& context) override { context_ = &context;
//     seen_.emplace(context.store(kSeen)); } void process(const Record<std::string, Event>& record)
//     override {
//       if (!seen_->get(*record.key)) { seen_->put(*record.key, true); context_->forward(record); }
//     }
//   };
// State belongs in stores. Member variables of a processor are not taken back when a transaction is
// aborted in a running process: the same object goes on and receives the records again. Keep in
// members only handles, and what can be computed again from the records and the stores.
// Thread rule: owner thread only; different tasks run their own objects on different threads.
#pragma once

#include <pawl/engine/node.h>
#include <pawl/engine/outlet.h>
#include <pawl/engine/processing_context.h>
#include <pawl/engine/receiver.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace pawl {

// The typed side of a processor's context. Lifetime: as long as the processor.
template <class KOut, class VOut>
class ProcessorContext {
 public:
  // `open`: whether there are children that receive.
  ProcessorContext(ProcessingContext& context, const Outlet<KOut, VOut>& outlet, const bool& open)
      : context_(context), outlet_(outlet), open_(open) {}

  // Gives the record to all children, or to the one of that name, and returns when they are done.
  // Throws std::logic_error in init(), when the children are not initialised yet, and in close().
  void forward(const Record<KOut, VOut>& record) {
    check_open();
    outlet_.forward(record);
  }
  void forward(const Record<KOut, VOut>& record, std::string_view child) {
    check_open();
    outlet_.forward_to(child, record);
  }

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
  [[nodiscard]] const RecordCoordinates& coordinates() const { return context_.coordinates(); }
  [[nodiscard]] Timestamp stream_time() const { return context_.stream_time(); }
  [[nodiscard]] Timestamp wall_time() const { return context_.wall_time(); }
  Counter& counter(const std::string& name) { return context_.counter(name); }
  DurationHistogram& histogram(const std::string& name) { return context_.histogram(name); }

 private:
  void check_open() const {
    if (!open_) {
      throw std::logic_error(
          "nothing can be forwarded in init() or close(): forward with a record, or in a "
          "punctuation that init() schedules");
    }
  }

  ProcessingContext& context_;
  const Outlet<KOut, VOut>& outlet_;
  const bool& open_;
};

template <class KIn, class VIn, class KOut = KIn, class VOut = VIn>
class Processor {
 public:
  using KeyIn = KIn;
  using ValueIn = VIn;
  using KeyOut = KOut;
  using ValueOut = VOut;

  Processor() = default;
  Processor(const Processor&) = delete;
  Processor& operator=(const Processor&) = delete;
  virtual ~Processor() = default;

  // Called once before the first record.
  virtual void init(ProcessorContext<KOut, VOut>& /*context*/) {}
  // Handles one record; key and value are null where Kafka's are. An exception is handled by the
  // processing policy.
  virtual void process(const Record<KIn, VIn>& record) = 0;
  // Called once when the task closes.
  virtual void close() {}
};

// Makes one processor per task. Thread rule: called from several threads at once.
template <class P>
using ProcessorSupplier = std::function<std::unique_ptr<P>()>;

// The node around a processor.
template <class KIn, class VIn, class KOut, class VOut>
class ProcessorNode final : public Node, public Receiver<KIn, VIn> {
 public:
  ProcessorNode(std::string name, std::unique_ptr<Processor<KIn, VIn, KOut, VOut>> processor)
      : Node(std::move(name)), processor_(std::move(processor)) {}

  void connect(Node& child) override { outlet_.connect(child); }
  void init(ProcessingContext& context) override {
    outlet_.init(context);
    context_ = std::make_unique<ProcessorContext<KOut, VOut>>(context, outlet_, open_);
    processor_->init(*context_);
    open_ = true;
  }
  void receive(const Record<KIn, VIn>& record) override { processor_->process(record); }
  void close() override {
    open_ = false;
    processor_->close();
  }

 private:
  bool open_ = false;
  std::unique_ptr<Processor<KIn, VIn, KOut, VOut>> processor_;
  Outlet<KOut, VOut> outlet_;
  std::unique_ptr<ProcessorContext<KOut, VOut>> context_;
};

}  // namespace pawl

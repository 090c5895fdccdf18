// FixedKeyProcessor: a hand-made step that cannot change keys, so that equal keys stay together and
// nothing has to be repartitioned behind it. Otherwise as Processor (processor.h): state belongs
// into stores. Source: org.apache.kafka.streams.processor.api.FixedKeyProcessor (KIP-820). Thread
// rule: owner thread only; different tasks run their own objects on different threads.
#pragma once

#include <pawl/engine/node.h>
#include <pawl/engine/outlet.h>
#include <pawl/engine/processor.h>
#include <pawl/engine/receiver.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pawl {

template <class KIn, class VIn, class VOut>
class FixedKeyProcessorNode;

// A record whose key stays: everything else can be replaced. Lifetime: as Record.
template <class K, class V>
class FixedKeyRecord {
 public:
  [[nodiscard]] const K* key() const { return record_.key; }
  [[nodiscard]] const V* value() const { return record_.value; }
  [[nodiscard]] Timestamp timestamp() const { return record_.timestamp; }
  [[nodiscard]] const Headers& headers() const { return *record_.headers; }

  // The same record with one part replaced. Lifetime: the argument must outlive the result.
  template <class OtherValue>
  [[nodiscard]] FixedKeyRecord<K, OtherValue> with_value(const OtherValue* other) const {
    return FixedKeyRecord<K, OtherValue>(record_.with_value(other));
  }
  [[nodiscard]] FixedKeyRecord with_timestamp(Timestamp other) const {
    return FixedKeyRecord(record_.with_timestamp(other));
  }
  [[nodiscard]] FixedKeyRecord with_headers(const Headers* other) const {
    return FixedKeyRecord(record_.with_headers(other));
  }
  // The record as the next node receives it.
  [[nodiscard]] const Record<K, V>& record() const { return record_; }

 private:
  template <class OtherKey, class OtherValue>
  friend class FixedKeyRecord;
  template <class KIn, class VIn, class VOut>
  friend class FixedKeyProcessorNode;
  explicit FixedKeyRecord(const Record<K, V>& record) : record_(record) {}

  Record<K, V> record_;
};

// The typed side of a fixed-key processor's context. Lifetime: as long as the processor.
template <class K, class VOut>
class FixedKeyProcessorContext : private ProcessorContext<K, VOut> {
  using Base = ProcessorContext<K, VOut>;

 public:
  using Base::Base;

  // Gives the record to all children, or to the one of that name, and returns when they are done.
  void forward(const FixedKeyRecord<K, VOut>& record) { Base::forward(record.record()); }
  void forward(const FixedKeyRecord<K, VOut>& record, std::string_view child) {
    Base::forward(record.record(), child);
  }

  using Base::application_id;
  using Base::coordinates;
  using Base::counter;
  using Base::histogram;
  using Base::request_commit;
  using Base::schedule;
  using Base::state_directory;
  using Base::store;
  using Base::stream_time;
  using Base::task_id;
  using Base::wall_time;
};

template <class K, class VIn, class VOut = VIn>
class FixedKeyProcessor {
 public:
  using Key = K;
  using ValueIn = VIn;
  using ValueOut = VOut;

  FixedKeyProcessor() = default;
  FixedKeyProcessor(const FixedKeyProcessor&) = delete;
  FixedKeyProcessor& operator=(const FixedKeyProcessor&) = delete;
  virtual ~FixedKeyProcessor() = default;

  // Called once before the first record.
  virtual void init(FixedKeyProcessorContext<K, VOut>& /*context*/) {}
  // Handles one record; key and value are null where Kafka's are. An exception is handled by the
  // processing policy.
  virtual void process(const FixedKeyRecord<K, VIn>& record) = 0;
  // Called once when the task closes.
  virtual void close() {}
};

// The node around a fixed-key processor.
template <class K, class VIn, class VOut>
class FixedKeyProcessorNode final : public Node, public Receiver<K, VIn> {
 public:
  FixedKeyProcessorNode(std::string name,
                        std::unique_ptr<FixedKeyProcessor<K, VIn, VOut>> processor)
      : Node(std::move(name)), processor_(std::move(processor)) {}

  void connect(Node& child) override { outlet_.connect(child); }
  void init(ProcessingContext& context) override {
    outlet_.init(context);
    context_ = std::make_unique<FixedKeyProcessorContext<K, VOut>>(context, outlet_, open_);
    processor_->init(*context_);
    open_ = true;
  }
  void receive(const Record<K, VIn>& record) override {
    processor_->process(FixedKeyRecord<K, VIn>(record));
  }
  void close() override {
    open_ = false;
    processor_->close();
  }

 private:
  bool open_ = false;
  std::unique_ptr<FixedKeyProcessor<K, VIn, VOut>> processor_;
  Outlet<K, VOut> outlet_;
  std::unique_ptr<FixedKeyProcessorContext<K, VOut>> context_;
};

}  // namespace pawl

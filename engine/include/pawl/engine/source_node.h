// SourceNode: where records enter a task. A record is decoded when it becomes the head of its
// partition's queue, into a slot that belongs to that queue, so nothing is decoded twice and the
// slot's memory is reused. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/input_record.h>
#include <pawl/engine/node.h>
#include <pawl/engine/outlet.h>
#include <pawl/model/record_coordinates.h>
#include <pawl/model/result.h>
#include <pawl/serde/serde.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace pawl {

// The decoded head record of one partition.
class SourceSlot {
 public:
  SourceSlot() = default;
  SourceSlot(const SourceSlot&) = delete;
  SourceSlot& operator=(const SourceSlot&) = delete;
  virtual ~SourceSlot() = default;

  // Decodes a record and returns its event time, which may be negative: the caller's policy decides
  // about that. Errors: invalid_record. Lifetime: `record` must stay valid until forward().
  virtual Result<Timestamp> load(const InputRecord& record, const RecordCoordinates& coordinates,
                                 Timestamp partition_time) = 0;
  // Sends the loaded record downstream.
  virtual void forward(Timestamp timestamp) = 0;
};

// The untyped side of a source.
class AnySourceNode : public Node {
 public:
  using Node::Node;
  virtual std::unique_ptr<SourceSlot> make_slot() = 0;
};

// Chooses the event time of a record; negative = invalid. `partition_time`: the latest time seen on
// its partition. Thread rule: called from several threads at once.
template <class K, class V>
using TimestampExtractor = std::function<Timestamp(
    const Record<K, V>& record, const RecordCoordinates& coordinates, Timestamp partition_time)>;

// The event time of records when there is no extractor: their own, or the time of their processing
// (Source: WallclockTimestampExtractor), which a replay does not reproduce.
enum class TimestampSource { record, wall_clock };

template <class K, class V>
class SourceNode final : public AnySourceNode {
 public:
  // `extractor` empty: the record's own timestamp.
  SourceNode(std::string name, Serde<K> key, Serde<V> value, TimestampExtractor<K, V> extractor,
             TimestampSource timestamps = TimestampSource::record)
      : AnySourceNode(std::move(name)),
        key_(std::move(key)),
        value_(std::move(value)),
        extractor_(std::move(extractor)),
        timestamps_(timestamps) {}

  void connect(Node& child) override { outlet_.connect(child); }
  void init(ProcessingContext& context) override {
    context_ = &context;
    outlet_.init(context);
  }
  std::unique_ptr<SourceSlot> make_slot() override { return std::make_unique<Slot>(*this); }

 private:
  class Slot final : public SourceSlot {
   public:
    explicit Slot(const SourceNode& node) : node_(node) {}

    Result<Timestamp> load(const InputRecord& input, const RecordCoordinates& coordinates,
                           Timestamp partition_time) override {
      record_ = {nullptr, nullptr, input.timestamp, input.headers};
      if (input.key.has_value()) {
        const Result<void> decoded = node_.key_.decode(*input.key, key_);
        if (!decoded.has_value()) {
          return with_context("its key cannot be decoded", decoded.error());
        }
        record_.key = &key_;
      }
      if (input.value.has_value()) {
        const Result<void> decoded = node_.value_.decode(*input.value, value_);
        if (!decoded.has_value()) {
          return with_context("its value cannot be decoded", decoded.error());
        }
        record_.value = &value_;
      }
      if (node_.timestamps_ == TimestampSource::wall_clock) {
        return node_.context_->wall_time();
      }
      return node_.extractor_ ? node_.extractor_(record_, coordinates, partition_time)
                              : input.timestamp;
    }
    void forward(Timestamp timestamp) override {
      node_.outlet_.forward(record_.with_timestamp(timestamp));
    }

   private:
    const SourceNode& node_;
    K key_{};
    V value_{};
    Record<K, V> record_;
  };

  Serde<K> key_;
  Serde<V> value_;
  TimestampExtractor<K, V> extractor_;
  TimestampSource timestamps_;
  ProcessingContext* context_ = nullptr;
  Outlet<K, V> outlet_;
};

}  // namespace pawl

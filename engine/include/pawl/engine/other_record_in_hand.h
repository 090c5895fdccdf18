// OtherRecordInHand: a scope in which a record that waited is the one in hand: its timestamp,
// headers and coordinates are what processors see, and it is what is lost, and dead-lettered, when
// one of them throws. The former record is put back at the end, also after an exception.
//
// The bytes that it was read as are gone: its dead letter carries what it waited as, encoded by the
// serdes of the store that kept it; nothing under kafka_streams_4_3, which has let go of them. A
// record that a punctuation made has no dead letter. Source:
// InternalProcessorContext.setRecordContext. Thread rule: owner thread only. Lifetime: what it is
// given outlives it.
#pragma once

#include <pawl/engine/input_record.h>
#include <pawl/engine/processing_context.h>
#include <pawl/model/bytes.h>
#include <pawl/model/record_coordinates.h>

namespace pawl {

class OtherRecordInHand {
 public:
  OtherRecordInHand(ProcessingContext& context, const WriteContext& write,
                    const RecordCoordinates& coordinates, NullableBytesView key,
                    NullableBytesView value)
      : context_(context) {
    if (context.compatibility() == Compatibility::native) {
      input_.key = key;
      input_.value = value;
    }
    input_.timestamp = write.timestamp;
    input_.offset = coordinates.offset;
    input_.leader_epoch = coordinates.leader_epoch;
    input_.headers = write.headers;
    former_ =
        context.exchange_input({write, coordinates, coordinates.topic.empty() ? nullptr : &input_});
  }
  OtherRecordInHand(const OtherRecordInHand&) = delete;
  OtherRecordInHand& operator=(const OtherRecordInHand&) = delete;
  ~OtherRecordInHand() { context_.exchange_input(former_); }

  // Runs `work` of `node`: an exception loses this record as the policy says, and not the one that
  // made it due.
  template <class Work>
  void process(const Node& node, const Work& work) const {
    try {
      work();
    } catch (const ProcessingStopped&) {
      throw;
    } catch (...) {
      context_.processing_failed(node);
    }
  }

 private:
  ProcessingContext& context_;
  InputRecord input_;
  TaskInput former_;
};

}  // namespace pawl

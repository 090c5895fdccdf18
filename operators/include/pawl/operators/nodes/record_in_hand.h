// RecordInHand: makes a record that an operator gives out with another timestamp the one that
// stores further down log their writes with, for as long as it lives. Source:
// ProcessorContextImpl.forward, which sets the record context. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/processing_context.h>

namespace pawl::internal {

class RecordInHand {
 public:
  RecordInHand(ProcessingContext& context, Timestamp timestamp, const Headers* headers)
      : context_(context), former_(context.write_context()) {
    context.write_context() = {timestamp, headers};
  }
  RecordInHand(const RecordInHand&) = delete;
  RecordInHand& operator=(const RecordInHand&) = delete;
  ~RecordInHand() { context_.write_context() = former_; }

 private:
  ProcessingContext& context_;
  WriteContext former_;
};

}  // namespace pawl::internal

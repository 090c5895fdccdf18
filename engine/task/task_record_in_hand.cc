#include "task/task_record_in_hand.h"

namespace pawl::internal {
namespace {

// Puts the former record back, also when the work throws.
class FormerRecord {
 public:
  explicit FormerRecord(TaskContext& context)
      : context_(context),
        write_(context.write),
        coordinates_(context.coordinates),
        input_(context.input) {}
  FormerRecord(const FormerRecord&) = delete;
  FormerRecord& operator=(const FormerRecord&) = delete;
  ~FormerRecord() {
    context_.write = write_;
    context_.coordinates = coordinates_;
    context_.input = input_;
  }

 private:
  TaskContext& context_;
  WriteContext write_;
  RecordCoordinates coordinates_;
  const InputRecord* input_;
};

}  // namespace

void TaskRecordInHand::exchanged_for(const WriteContext& write,
                                     const RecordCoordinates& coordinates,
                                     const std::function<void()>& work) {
  const FormerRecord former(context_);
  InputRecord input;
  input.timestamp = write.timestamp;
  input.offset = coordinates.offset;
  input.headers = write.headers;
  context_.write = write;
  context_.coordinates = coordinates;
  // An entry that a punctuation made has no input.
  context_.input = coordinates.topic.empty() ? nullptr : &input;
  work();
}

}  // namespace pawl::internal

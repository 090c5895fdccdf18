// A bounded buffer for fewer results, without a word on what happens when it is full.
// Expected: until_time_limit
// Expected: BoundedBuffer
#include <pawl/operators/suppressed.h>

#ifdef PAWL_WRONG
const auto kFewer = pawl::Suppressed::until_time_limit(std::chrono::milliseconds(10),
                                                       pawl::Buffer::max_records(1000));
#else
const auto kFewer = pawl::Suppressed::until_time_limit(
    std::chrono::milliseconds(10), pawl::Buffer::max_records(1000).emit_early_when_full());
#endif

// A bounded buffer for final results, without a word on what happens when it is full.
// Expected: BoundedBuffer
// Expected: StrictBuffer
#include <pawl/operators/suppressed.h>

#ifdef PAWL_WRONG
const auto kFinal = pawl::Suppressed::until_window_closes(pawl::Buffer::max_records(1000));
#else
const auto kFinal =
    pawl::Suppressed::until_window_closes(pawl::Buffer::max_records(1000).shut_down_when_full());
#endif

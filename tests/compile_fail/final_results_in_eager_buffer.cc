// Final results from a buffer that gives results away early.
// Expected: LimitedBuffer
#include <pawl/operators/suppressed.h>

#ifdef PAWL_WRONG
const auto kFinal =
    pawl::Suppressed::until_window_closes(pawl::Buffer::max_records(1000).emit_early_when_full());
#else
const auto kFinal =
    pawl::Suppressed::until_window_closes(pawl::Buffer::max_records(1000).shut_down_when_full());
#endif

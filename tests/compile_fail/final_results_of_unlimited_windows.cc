// Emission on close of a window that never ends.
// Expected: emit_strategy
// Expected: UnlimitedWindows
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <chrono>

void build(pawl::StreamBuilder& builder) {
  const auto grouped = builder.stream<std::string, std::string>("in").group_by_key();
#ifdef PAWL_WRONG
  const auto windows = pawl::UnlimitedWindows::of();
#else
  const auto windows = pawl::TumblingWindows::of(std::chrono::hours(1)).no_grace();
#endif
  grouped.windowed_by(windows).emit_strategy(pawl::EmitStrategy::on_window_close()).count();
}

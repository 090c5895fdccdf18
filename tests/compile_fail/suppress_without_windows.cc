// Suppressing a table without windows: nothing of it ever is final.
// Expected: kIsWindowed
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <chrono>

void build(pawl::StreamBuilder& builder) {
  const auto final_results = pawl::Suppressed::until_window_closes(pawl::Buffer::unbounded());
  const auto grouped = builder.stream<std::string, std::string>("in").group_by_key();
#ifdef PAWL_WRONG
  grouped.count().suppress(final_results);
#else
  grouped.windowed_by(pawl::TumblingWindows::of(std::chrono::hours(1)).no_grace())
      .count()
      .suppress(final_results);
#endif
}

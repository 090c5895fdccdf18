// Windows whose grace was not said: a wrong guess loses late events or keeps results back.
// Expected: UngracedSessionWindows
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <chrono>

void build(pawl::StreamBuilder& builder) {
  const auto sessions = pawl::SessionWindows::with_inactivity_gap(std::chrono::minutes(30));
  const auto grouped = builder.stream<std::string, std::string>("in").group_by_key();
#ifdef PAWL_WRONG
  grouped.windowed_by(sessions);
#else
  grouped.windowed_by(sessions.no_grace());
#endif
}

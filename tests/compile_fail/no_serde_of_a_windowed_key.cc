// The bytes of a windowed key do not say of which kind of windows it is.
// Expected: pawl: this type has no serde. Specialise pawl::DefaultSerde<T>
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <chrono>
#include <utility>

void build(pawl::StreamBuilder& builder) {
  using pawl::Windowed;
  using std::chrono::hours;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(pawl::TumblingWindows::of(hours(1)).grace(hours(0)))
      .count()
      .group_by(
          [](const Windowed<std::string>& key, std::int64_t count) {
            return std::pair(Windowed<std::string>{"all", key.window}, count);
          }
#ifndef PAWL_WRONG
          ,
          pawl::Grouped::with(pawl::serde::time_windowed(pawl::serde::string(), hours(1)),
                              pawl::serde::int64())
#endif
              )
      .count();
}

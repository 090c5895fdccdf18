// Streams grouped by keys of different types, aggregated together.
// Expected: cogroup
// Expected: GroupedStream<
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void add(const std::string& /*key*/, const std::string& value, std::string& all) {
  all += value;
}

void build(pawl::StreamBuilder& builder) {
#ifdef PAWL_WRONG
  const auto other = builder.stream<std::int64_t, std::string>("b").group_by_key();
#else
  const auto other = builder.stream<std::string, std::string>("b").group_by_key();
#endif
  builder.stream<std::string, std::string>("a").group_by_key().cogroup(add).cogroup(other, add);
}

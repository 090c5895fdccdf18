// A partitioner sees the record, or its key and value, and how many partitions there are.
// Expected: pawl: a partitioner is callable with
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto stream = builder.stream<std::string, std::string>("in");
#ifdef PAWL_WRONG
  const auto choose = [](const std::string&) { return pawl::PartitionId(0); };
#else
  const auto choose = [](const std::string&, const std::string&, std::int32_t) {
    return pawl::PartitionId(0);
  };
#endif
  stream.to("out", pawl::Produced::partitioned_by(choose));
}

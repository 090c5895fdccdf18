// The text that is committed with an offset: Kafka Streams' own format, so that either side can
// take over from the other.
//   text  := base64( 02 ‖ i64 partition time [‖ i32 n ‖ (i32 len ‖ name ‖ i64 value)*] )     (01:
//   no entries; "": nothing)
// The entries are Kafka Streams' processor metadata; ours begin with `__pawl.`:
//   __pawl.commit       the task's commit counter: tells after a lost answer whether a transaction
//   was committed
//   __pawl.time.<node>  operator time, where it differs from the partition time
// Source: TopicPartitionMetadata, ProcessorMetadata.
// Thread rule: values.
#pragma once

#include <pawl/model/result.h>
#include <pawl/model/timestamp.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace pawl::internal {

// Brokers refuse longer texts (offset.metadata.max.bytes).
inline constexpr std::size_t kOffsetMetadataBytesMax = 4096;

struct OffsetMetadata {
  Timestamp partition_time = Timestamp::unknown();
  std::map<std::string, std::int64_t> entries;
  friend bool operator==(const OffsetMetadata&, const OffsetMetadata&) = default;
};

inline constexpr std::string_view kCommitCounterEntry = "__pawl.commit";
inline constexpr std::string_view kCommitOwnerEntry = "__pawl.owner";

// Which commit of which owner of a task metadata belongs to.
struct CommitStamp {
  std::int64_t owner = 0;
  std::int64_t counter = 0;
  friend bool operator==(const CommitStamp&, const CommitStamp&) = default;
};
// Returns: the entry name of a node's operator time; node names are hashed to keep the text short.
std::string operator_time_entry(std::string_view node);

// Returns: the stamp in the metadata; zeros when somebody else committed.
CommitStamp commit_stamp_of(const OffsetMetadata& metadata);

std::string encode_offset_metadata(const OffsetMetadata& metadata);
// Text that is not ours (another tool committed) decodes to nothing known. Errors: invalid_record
// for a broken text of our own format.
Result<OffsetMetadata> decode_offset_metadata(std::string_view text);
// Returns: whether a text is neither empty nor of our own format.
bool is_foreign_offset_metadata(std::string_view text);

}  // namespace pawl::internal

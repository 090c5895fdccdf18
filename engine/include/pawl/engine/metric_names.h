// The complete list of metric names. Labels: `thread` on all, `task` and `node` where a task or
// node counts.
#pragma once

namespace pawl::metric_names {

// Records that sources passed on, and that were dropped: label `reason`, of which
// docs/operators/side_outputs.md has the list.
inline constexpr const char* kRecordsProcessed = "records.processed";
inline constexpr const char* kRecordsDropped = "records.dropped";
inline constexpr const char* kRecordsDeadLettered = "records.dead_lettered";
// Repeated deliveries of an offset that the engine refused (librdkafka #4637).
inline constexpr const char* kRecordsRefetched = "records.refetched";

inline constexpr const char* kCommits = "commits";
inline constexpr const char* kAborts = "aborts";
inline constexpr const char* kOutcomesResolved = "commits.outcome_resolved";
inline constexpr const char* kProducersReplaced = "producers.replaced";
inline constexpr const char* kCommitDuration = "commit.duration";

inline constexpr const char* kRecordsRestored = "records.restored";

// Deduplication: events seen, repetitions found, events older than the store's memory that were
// passed, and how long one check takes (one in 64 is timed).
inline constexpr const char* kDedupProcessed = "dedup.events.processed";
inline constexpr const char* kDedupDuplicates = "dedup.duplicates.detected";
inline constexpr const char* kDedupLatePassed = "dedup.late.passed";
inline constexpr const char* kDedupCheckDuration = "dedup.check.duration";

}  // namespace pawl::metric_names

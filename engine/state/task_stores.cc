#include "state/task_stores.h"

#include "topology/internal_topics.h"

#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>
#include <pawl/model/mark.h>
#include <pawl/statestore/backends.h>

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

// Version of the rows' local layout; another one rebuilds every store.
constexpr int kLayoutVersion = 2;

// See the head of TaskStores.
constexpr std::uint64_t kCommitShares = 16;
constexpr std::uint64_t kFlushShares = 4;

// Positions of a task that has nothing to do are confirmed this often: a crash behind its next
// record must not find them so old that deletions could be missed.
constexpr std::chrono::hours kConfirmInterval{1};

std::string position_name(const std::string& store) {
  return "position/" + store;
}
std::string progress_name(const std::string& store) {
  return "progress/" + store;
}
std::string retention_name(const std::string& store) {
  return "retention/" + store;
}
std::string stamp_name(const std::string& store) {
  return "stamp/" + store;
}
constexpr const char* kTaskStamp = "stamp";

Bytes encode_progress(const StoreProgress& progress) {
  Bytes bytes;
  big_endian::append_i64(progress.time.value(), bytes);
  big_endian::append_i32(progress.sequence, bytes);
  return bytes;
}

}  // namespace

struct TaskStores::Entry {
  StoreSpec spec;
  std::unique_ptr<ChangelogWriter> writer;  // null when logging is disabled
  std::unique_ptr<ManagedStore> store;
  std::unique_ptr<CachedStore> cache;  // over the store; null when it is not cached
  std::optional<Offset> position;
  Timestamp position_time = Timestamp::unknown();
  StoreProgress stored_progress;
  ChangelogRetention retention;
  Offset purged{0};
};

TaskStores::TaskStores(TaskStoresOptions options, const WriteContext& context,
                       OutputCollector& outputs, LogSink& log)
    : options_(std::move(options)),
      component_("task " + to_string(options_.task)),
      context_(context),
      outputs_(outputs),
      log_(log),
      memory_(make_memory_backend()) {}

TaskStores::~TaskStores() = default;

StoreBackend& TaskStores::backend_of(const StoreSpec& spec) const {
  const bool persistent =
      spec.persistence == Persistence::persistent && spec.kind != StoreKind::time_ordered_buffer;
  return persistent ? *persistent_ : *memory_;
}

std::string TaskStores::stamp_of(const StoreSpec& spec, const std::string& topic_id) const {
  const bool segmented = is_windowed(spec) || spec.kind == StoreKind::versioned_key_value;
  return fmt::format(
      "layout {} kind {} timestamped {} duplicates {} order {} segment {}{}{} topic {}",
      kLayoutVersion, static_cast<int>(spec.kind), spec.timestamped, spec.retain_duplicates,
      static_cast<int>(spec.layout), segmented ? segment_interval_of(spec).count() : 0,
      spec.headers ? " headers" : "", spec.key_index ? " indexed" : "", topic_id);
}

Result<void> TaskStores::forget(StoreBackend& backend, const std::string& store) {
  // The position goes first and for good: a crash in between must not leave it without its rows.
  const std::vector<MetadataChange> changes{{position_name(store), std::nullopt},
                                            {progress_name(store), std::nullopt},
                                            {retention_name(store), std::nullopt}};
  PAWL_TRY(backend.apply({}, changes));
  PAWL_TRY(backend.flush(FlushMode::wait));
  return backend.remove_store(store);
}

Result<void> TaskStores::check_stamps(const std::vector<StoreSpec>& specs,
                                      const std::map<std::string, std::string>& topic_ids) {
  const std::string owner =
      fmt::format("application {} task {}", options_.application_id, to_string(options_.task));
  const std::optional<Bytes> found = PAWL_TRY(persistent_->metadata(kTaskStamp));
  if (found.has_value() && *found != owner) {
    return Error{ErrorKind::corrupted_state,
                 fmt::format("the directory belongs to {}, not to {}", *found, owner)};
  }
  std::vector<MetadataChange> changes;
  if (!found.has_value()) {
    changes.push_back({kTaskStamp, owner});
  }
  for (const StoreSpec& spec : specs) {
    if (&backend_of(spec) != persistent_.get()) {
      continue;
    }
    const auto topic = topic_ids.find(changelog_of(options_.application_id, spec));
    const std::string stamp = stamp_of(spec, topic == topic_ids.end() ? "" : topic->second);
    const std::optional<Bytes> old = PAWL_TRY(persistent_->metadata(stamp_name(spec.name)));
    if (old.has_value() && *old != stamp) {
      log_.write(
          LogLevel::warning, component_,
          fmt::format("store {} is rebuilt from its changelog: it was made as '{}', now it is '{}'",
                      spec.name, *old, stamp));
      const Mark mark("store_rebuilt_for_stamp");
      PAWL_TRY(forget(*persistent_, spec.name));
    }
    if (old != stamp) {
      changes.push_back({stamp_name(spec.name), stamp});
    }
  }
  if (changes.empty()) {
    return {};
  }
  PAWL_TRY(persistent_->apply({}, changes));
  return persistent_->flush(FlushMode::wait);
}

Result<void> TaskStores::open(const std::vector<StoreSpec>& specs,
                              const OpenBackend& open_persistent,
                              const std::map<std::string, std::string>& topic_ids) {
  const bool any_persistent = std::any_of(specs.begin(), specs.end(), [](const StoreSpec& spec) {
    return spec.persistence == Persistence::persistent &&
           spec.kind != StoreKind::time_ordered_buffer;
  });
  topic_ids_ = topic_ids;
  if (any_persistent) {
    persistent_ = PAWL_TRY(open_persistent());
    PAWL_TRY(check_stamps(specs, topic_ids));
  }
  for (const StoreSpec& spec : specs) {
    PAWL_TRY(open_store(spec));
  }
  return {};
}

Result<void> TaskStores::open_store(const StoreSpec& spec) {
  auto entry = std::make_unique<Entry>();
  entry->spec = spec;
  if (options_.compatibility == Compatibility::native && spec.native_slack.count() > 0) {
    // Segments stay those of the topology's spec, which queries read by.
    entry->spec.segment_interval = segment_interval_of(spec);
    const auto slack = std::exchange(entry->spec.native_slack, std::chrono::milliseconds(0));
    // Rows that are kept for ever need none.
    entry->spec.retention += std::min(slack, std::chrono::milliseconds::max() - spec.retention);
  }
  if (spec.logging == Logging::enabled) {
    entry->writer = std::make_unique<ChangelogWriter>(
        TopicPartition{changelog_of(options_.application_id, spec), options_.task.partition},
        spec.source_topic.has_value() ? ChangelogKind::source_topic : ChangelogKind::own_topic,
        outputs_);
  }
  StoreBackend& backend = backend_of(spec);
  StoreSurroundings surroundings;
  surroundings.backend = &backend;
  surroundings.changelog = entry->writer.get();
  surroundings.context = &context_;
  surroundings.changelog_mode = options_.compatibility == Compatibility::native
                                    ? ChangelogMode::coalesced
                                    : ChangelogMode::every_put;
  surroundings.committed_cache_bytes_max = options_.store_cache_bytes_max;
  const auto position = PAWL_TRY(backend.metadata(position_name(spec.name)));
  if (entry->writer != nullptr && !position.has_value()) {
    // Rows may have reached the disk before the first position did; the changelog holds them all.
    PAWL_TRY(backend.remove_store(spec.name));
  }
  entry->store = PAWL_TRY(open_managed_store(entry->spec, surroundings));
  if (spec.caching == Caching::enabled && options_.record_cache != nullptr &&
      options_.record_cache->bytes_max > 0) {
    PAWL_ASSERT(options_.record_in_hand != nullptr);
    entry->cache = make_cached_store(entry->spec, entry->store->store(), *options_.record_cache,
                                     *options_.record_in_hand);
  }
  if (position.has_value() && position->size() == 16) {
    entry->position = Offset(big_endian::load_i64(position->data()));
    entry->position_time = Timestamp(big_endian::load_i64(position->data() + 8));
  }
  if (const auto progress = PAWL_TRY(backend.metadata(progress_name(spec.name)));
      progress.has_value() && progress->size() == 12) {
    entry->stored_progress = {Timestamp(big_endian::load_i64(progress->data())),
                              big_endian::load_i32(progress->data() + 8)};
    entry->store->resume(entry->stored_progress);
  }
  if (const auto retention = PAWL_TRY(backend.metadata(retention_name(spec.name)))) {
    entry->retention = PAWL_TRY(ChangelogRetention::decode(*retention));
  }
  entries_.push_back(std::move(entry));
  return {};
}

StateStore* TaskStores::find(const std::string& name) const {
  for (const auto& entry : entries_) {
    if (entry->spec.name == name) {
      return entry->cache != nullptr ? &entry->cache->store() : &entry->store->store();
    }
  }
  return nullptr;
}

std::size_t TaskStores::cached_rows() const {
  std::size_t rows = 0;
  for (const auto& entry : entries_) {
    rows += entry->cache != nullptr ? entry->cache->dirty_rows() : 0;
  }
  return rows;
}

Result<void> TaskStores::flush_caches() {
  // What one cache lets go is put into those of nodes behind it, which mostly come later.
  for (std::size_t pass = 0; caches_dirty(); ++pass) {
    if (pass > entries_.size()) {
      return Error{ErrorKind::fatal,
                   component_ +
                       ": a cached store is written by processors behind it, so that its cache "
                       "never empties. Remedy: caching_disabled() for that store"};
    }
    for (const auto& entry : entries_) {
      if (entry->cache != nullptr) {
        entry->cache->flush();
      }
    }
  }
  return {};
}

bool TaskStores::uncommitted() const {
  return caches_dirty() ||
         std::any_of(entries_.begin(), entries_.end(), [](const std::unique_ptr<Entry>& entry) {
           return entry->store->pending().rows > 0;
         });
}

void TaskStores::log_pending() {
  PAWL_ASSERT(!caches_dirty());
  for (const auto& entry : entries_) {
    entry->store->log_pending();
  }
}

bool TaskStores::commit_due() const {
  std::uint64_t logged = 0;
  std::uint64_t logged_bytes = 0;
  PendingChanges pending;
  std::uint64_t cached = 0;
  std::uint64_t cached_bytes = 0;
  for (const auto& entry : entries_) {
    const PendingChanges of_store = entry->store->pending();
    pending.rows += of_store.rows;
    pending.bytes += of_store.bytes;
    if (entry->cache != nullptr) {
      cached += entry->cache->dirty_rows();
      cached_bytes += entry->cache->dirty_bytes();
    }
    if (entry->writer != nullptr) {
      logged += entry->writer->written();
      logged_bytes += entry->writer->written_bytes();
    }
  }
  // Natively a row is logged at the commit, else every write at once.
  return (std::max<std::uint64_t>(logged, pending.rows) + cached) * kCommitShares >=
             options_.roll_forward_records_max ||
         (std::max<std::uint64_t>(logged_bytes, pending.bytes) + cached_bytes) * kCommitShares >=
             options_.roll_forward_bytes_max;
}

Result<void> TaskStores::apply(const std::vector<Entry*>& entries) {
  for (StoreBackend* backend : {persistent_.get(), memory_.get()}) {
    std::vector<StoreChanges> changes;
    std::vector<MetadataChange> metadata;
    for (Entry* entry : entries) {
      if (backend != &backend_of(entry->spec)) {
        continue;
      }
      const StoreChanges change = entry->store->changes();
      if (change.store != nullptr && !change.rows.empty()) {
        changes.push_back(change);
      }
    }
    if (backend == nullptr) {
      continue;
    }
    for (Entry* entry : entries) {
      if (backend != &backend_of(entry->spec)) {
        continue;
      }
      if (is_windowed(entry->spec) && entry->writer != nullptr) {
        ChangelogRetention retention = entry->retention;
        retention.observe(entry->store->changes().rows, entry->position.value_or(Offset(0)));
        if (!(retention == entry->retention)) {
          entry->retention = std::move(retention);
          metadata.push_back({retention_name(entry->spec.name), entry->retention.encode()});
        }
      }
      const StoreProgress progress = entry->store->frozen_progress();
      if (!(progress == entry->stored_progress)) {
        entry->stored_progress = progress;
        metadata.push_back({progress_name(entry->spec.name), encode_progress(progress)});
      }
    }
    if (!changes.empty() || !metadata.empty()) {
      PAWL_TRY(backend->apply(changes, metadata));
      unflushed_ = true;
    }
  }
  return {};
}

Result<void> TaskStores::commit() {
  std::vector<Entry*> entries;
  for (const auto& entry : entries_) {
    entry->store->freeze();
    entries.push_back(entry.get());
  }
  const CrashPoint before("stores.before_apply");
  PAWL_TRY(apply(entries));
  const CrashPoint after("stores.after_apply");
  for (Entry* entry : entries) {
    entry->store->settle();
    end_transaction(*entry);
  }
  return {};
}

void TaskStores::drop() {
  for (const auto& entry : entries_) {
    if (entry->cache != nullptr) {
      entry->cache->drop();
    }
    entry->store->drop();
    end_transaction(*entry);
  }
}

void TaskStores::end_transaction(Entry& entry) {
  if (entry.writer != nullptr) {
    entry.writer->end_transaction();
  }
}

ChangelogGrowth TaskStores::growth() const {
  ChangelogGrowth growth;
  for (const auto& entry : entries_) {
    if (entry->writer != nullptr) {
      growth.offsets += entry->writer->offsets();
      growth.bytes += entry->writer->bytes();
    }
  }
  return growth;
}

bool TaskStores::flush_due(MonotonicTime now) const {
  if (!unflushed_) {
    return persistent_ != nullptr && now - last_flush_ >= kConfirmInterval;
  }
  const ChangelogGrowth grown = growth();
  return (grown.offsets - flushed_.offsets) * kFlushShares >= options_.roll_forward_records_max ||
         (grown.bytes - flushed_.bytes) * kFlushShares >= options_.roll_forward_bytes_max ||
         now - last_flush_ >= options_.flush_interval || has_dead_segments();
}

std::vector<TopicPartition> TaskStores::changelogs() const {
  std::vector<TopicPartition> result;
  for (const auto& entry : entries_) {
    if (entry->writer != nullptr) {
      result.push_back(entry->writer->changelog());
    }
  }
  return result;
}

SegmentId TaskStores::first_live_segment(const Entry& entry) {
  const Timestamp oldest =
      std::max(entry.store->committed_progress().time - entry.spec.retention, Timestamp(0));
  return SegmentId(oldest.value() / segment_interval_of(entry.spec).count());
}

Bytes TaskStores::encode_position(const Entry& entry) {
  Bytes bytes;
  big_endian::append_i64(entry.position.value_or(Offset(0)).value(), bytes);
  big_endian::append_i64(entry.position_time.value(), bytes);
  return bytes;
}

Result<void> TaskStores::flush(const std::map<TopicPartition, Offset>& ends,
                               const ChangelogGrowth& at_ends, FlushMode mode, MonotonicTime now,
                               const std::map<TopicPartition, Timestamp>& times) {
  std::vector<MetadataChange> metadata;
  flushed_ = at_ends;
  for (const auto& entry : entries_) {
    if (entry->writer == nullptr) {
      continue;
    }
    const auto end = ends.find(entry->writer->changelog());
    if (end == ends.end()) {
      continue;
    }
    if (entry->position.has_value() && end->second < *entry->position) {
      return Error{
          ErrorKind::fatal,
          fmt::format("changelog {} ends at offset {} and was longer before ({}): it was "
                      "deleted and made anew, or the cluster lost records",
                      to_string(end->first), end->second.value(), entry->position->value())};
    }
    entry->position = end->second;
    if (const auto time = times.find(end->first); time != times.end()) {
      entry->position_time = time->second;
    }
    if (&backend_of(entry->spec) == persistent_.get()) {
      metadata.push_back({position_name(entry->spec.name), encode_position(*entry)});
    }
  }
  unflushed_ = false;
  last_flush_ = now;
  if (persistent_ == nullptr) {
    return {};
  }
  PAWL_TRY(persistent_->apply({}, metadata));
  // Segments are freed only behind a finished flush, and what their changelog held is not needed
  // only then.
  const bool finish = mode == FlushMode::wait || has_dead_segments();
  const CrashPoint before("stores.before_flush");
  PAWL_TRY(persistent_->flush(finish ? FlushMode::wait : mode));
  const CrashPoint after("stores.after_flush");
  for (const auto& entry : entries_) {
    if (finish && is_windowed(entry->spec)) {
      entry->retention.forget_below(first_live_segment(*entry));
    }
  }
  return {};
}

std::map<TopicPartition, Offset> TaskStores::purgeable() {
  std::map<TopicPartition, Offset> result;
  if (options_.compatibility != Compatibility::native) {
    return result;
  }
  for (const auto& entry : entries_) {
    if (!is_windowed(entry->spec) || entry->writer == nullptr || !entry->position.has_value()) {
      continue;
    }
    if (&backend_of(entry->spec) == memory_.get()) {
      entry->retention.forget_below(first_live_segment(*entry));
    }
    const Offset below = entry->retention.purge_below(*entry->position);
    if (below > entry->purged) {
      result[entry->writer->changelog()] = below;
    }
  }
  return result;
}

void TaskStores::purged(const std::map<TopicPartition, Offset>& below) {
  for (const auto& entry : entries_) {
    const auto found =
        entry->writer == nullptr ? below.end() : below.find(entry->writer->changelog());
    if (found != below.end()) {
      entry->purged = found->second;
    }
  }
}

std::vector<TaskStores::Changelog> TaskStores::to_restore() const {
  std::vector<Changelog> result;
  for (std::size_t at = 0; at < entries_.size(); ++at) {
    const Entry& entry = *entries_[at];
    if (entry.writer != nullptr) {
      result.push_back(
          {at, entry.spec.name, entry.writer->changelog(), entry.position, entry.position_time});
    }
  }
  return result;
}

Result<void> TaskStores::replay(std::size_t store, const ChangelogRecord& record) {
  try {
    return entries_[store]->store->replay(record);
  } catch (const StoreFailure& failure) {  // versions are placed among those that it reads
    return failure.error();
  }
}

Result<void> TaskStores::commit_replayed(std::size_t store, Offset first, Offset next,
                                         Timestamp position_time) {
  Entry& entry = *entries_[store];
  StoreBackend& backend = backend_of(entry.spec);
  entry.store->freeze();
  // Segments that begin in this batch began at its first record or later.
  entry.position = first;
  PAWL_TRY(apply({&entry}));
  entry.store->settle();
  entry.position = next;
  entry.position_time = position_time;
  const MetadataChange position{position_name(entry.spec.name), encode_position(entry)};
  return backend.apply({}, {&position, 1});
}

Result<void> TaskStores::rebuild(std::size_t store, const std::string& why) {
  const StoreSpec spec = entries_[store]->spec;
  log_.write(LogLevel::warning, component_,
             fmt::format("store {} is rebuilt from its changelog: {}", spec.name, why));
  const Mark mark("store_rebuilt");
  StoreBackend& backend = backend_of(spec);
  entries_[store].reset();
  PAWL_TRY(forget(backend, spec.name));
  PAWL_TRY(open_store(spec));
  std::swap(entries_[store], entries_.back());
  entries_.pop_back();
  return {};
}

std::vector<TaskStores::NamedSnapshots> TaskStores::snapshot_sources() const {
  std::vector<NamedSnapshots> result;
  for (const auto& entry : entries_) {
    if (auto snapshots = entry->store->snapshots()) {
      result.push_back({entry->spec.name, std::move(snapshots)});
    }
  }
  return result;
}

}  // namespace pawl::internal

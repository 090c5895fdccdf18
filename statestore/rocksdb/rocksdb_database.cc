#include "rocksdb/rocksdb_database.h"

#include "rocksdb/rocksdb_error.h"
#include "rocksdb/rocksdb_options.h"

#include <pawl/model/assert.h>

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <utility>

namespace pawl::internal {
namespace {

std::string family_name(const std::string& store, SegmentId segment) {
  return fmt::format("{}/{}", store, segment.value());
}

struct FamilyName {
  std::string store;
  SegmentId segment;
};

std::optional<FamilyName> parse_family_name(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  if (slash == std::string::npos) {
    return std::nullopt;
  }
  std::int64_t segment = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + slash + 1, end, segment);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    return std::nullopt;
  }
  return FamilyName{name.substr(0, slash), SegmentId(segment)};
}

}  // namespace

RocksdbFamily::~RocksdbFamily() {
  // Fails only for a null handle or the default family of another database.
  PAWL_ASSERT(db_.DestroyColumnFamilyHandle(handle_).ok());
}

RocksdbDatabase::RocksdbDatabase(const std::filesystem::path& directory,
                                 std::shared_ptr<RocksdbProcess> process)
    : directory_(directory.string()),
      process_(std::move(process)),
      options_(rocksdb_options(*process_)) {}

RocksdbDatabase::~RocksdbDatabase() {
  stores_.clear();
  metadata_.reset();
  db_.reset();
  process_->release(directory_);
}

Error RocksdbDatabase::error(const std::string& what, const rocksdb::Status& status) const {
  return rocksdb_error(fmt::format("RocksDB in {}: {}", directory_, what), status);
}

Result<std::shared_ptr<RocksdbDatabase>> RocksdbDatabase::open(
    const std::filesystem::path& directory, std::shared_ptr<RocksdbProcess> process) {
  if (!process->claim(directory)) {
    return Error{ErrorKind::retriable,
                 fmt::format("RocksDB in {}: a query still reads it, although its task was closed. "
                             "Remedy: let go of cursors over stores sooner",
                             directory.string())};
  }
  std::shared_ptr<RocksdbDatabase> database(new RocksdbDatabase(directory, std::move(process)));
  PAWL_TRY(database->open_families());
  return database;
}

Result<void> RocksdbDatabase::open_families() {
  std::vector<std::string> names{rocksdb::kDefaultColumnFamilyName};
  std::error_code failed;
  std::filesystem::create_directories(directory_, failed);  // RocksDB makes the last folder only
  if (failed) {
    return Error{ErrorKind::fatal,
                 fmt::format("directory {} cannot be made: {}", directory_, failed.message())};
  }
  if (std::filesystem::exists(std::filesystem::path(directory_) / "CURRENT", failed)) {
    const rocksdb::Status listed = rocksdb::DB::ListColumnFamilies(options_, directory_, &names);
    if (!listed.ok()) {
      return error("cannot be listed", listed);
    }
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(names.size());
  for (const std::string& name : names) {
    families.emplace_back(name, options_);
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(options_, directory_, families, &handles, &db);
  if (!opened.ok()) {
    return error("cannot be opened", opened);
  }
  db_.reset(db);
  std::string unknown;
  for (std::size_t at = 0; at < names.size(); ++at) {
    auto family = std::make_unique<RocksdbFamily>(*db_, handles[at]);
    if (names[at] == rocksdb::kDefaultColumnFamilyName) {
      metadata_ = std::move(family);
    } else if (const auto name = parse_family_name(names[at])) {
      stores_[name->store].segments.emplace(name->segment, std::move(family));
    } else {
      unknown = names[at];
    }
  }
  if (!unknown.empty()) {
    return Error{
        ErrorKind::corrupted_state,
        fmt::format("RocksDB in {}: column family '{}' is not one of pawl's", directory_, unknown)};
  }
  return {};
}

void RocksdbDatabase::set_open(RocksdbStore& store, bool open) {
  const std::lock_guard lock(mutex_);
  store.open = open;
}

void RocksdbDatabase::declare_dead_below(RocksdbStore& store, SegmentId first_live) {
  const std::lock_guard lock(mutex_);
  store.first_live = std::max(store.first_live, first_live);
}

bool RocksdbDatabase::has_dead_segments() const {
  return std::any_of(stores_.begin(), stores_.end(), [](const auto& entry) {
    const RocksdbStore& store = entry.second;
    return !store.segments.empty() && store.segments.begin()->first < store.first_live;
  });
}

Result<void> RocksdbDatabase::add_segment(const std::string& store, SegmentId segment) {
  const std::string name = family_name(store, segment);
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  const rocksdb::Status created = db_->CreateColumnFamily(options_, name, &handle);
  if (!created.ok()) {
    return error("cannot make column family " + name, created);
  }
  const std::lock_guard lock(mutex_);
  stores_[store].segments.emplace(segment, std::make_shared<RocksdbFamily>(*db_, handle));
  return {};
}

Result<void> RocksdbDatabase::write(rocksdb::WriteBatch& batch) {
  rocksdb::WriteOptions options;
  options.disableWAL = true;
  const rocksdb::Status written = db_->Write(options, &batch);
  return written.ok() ? Result<void>() : error("cannot be written", written);
}

Result<void> RocksdbDatabase::flush(FlushMode mode) {
  std::vector<rocksdb::ColumnFamilyHandle*> families{metadata()};
  for (const auto& [name, store] : stores_) {
    for (const auto& [id, family] : store.segments) {
      families.push_back(family->handle());
    }
  }
  // A background flush that finds the one before it unfinished waits: what is not durable must not
  // grow without bound when the disk is slow.
  std::uint64_t unfinished = 0;
  db_->GetIntProperty(metadata(), rocksdb::DB::Properties::kNumImmutableMemTable, &unfinished);
  rocksdb::FlushOptions options;
  options.wait = mode == FlushMode::wait || unfinished > 0;
  const rocksdb::Status flushed = db_->Flush(options, families);
  return flushed.ok() ? Result<void>() : error("cannot be flushed", flushed);
}

Result<void> RocksdbDatabase::free_dead_segments() {
  for (auto& [name, store] : stores_) {
    PAWL_TRY(drop(store, store.segments.lower_bound(store.first_live)));
  }
  return {};
}

Result<void> RocksdbDatabase::remove(const std::string& store) {
  const auto found = stores_.find(store);
  if (found == stores_.end()) {
    return {};
  }
  PAWL_ASSERT(!found->second.open, store);
  PAWL_TRY(drop(found->second, found->second.segments.end()));
  const std::lock_guard lock(mutex_);
  found->second.first_live = SegmentId(0);
  return {};
}

Result<void> RocksdbDatabase::drop(RocksdbStore& store, RocksdbSegments::iterator end) {
  while (store.segments.begin() != end) {
    const auto first = store.segments.begin();
    const rocksdb::Status dropped = db_->DropColumnFamily(first->second->handle());
    if (!dropped.ok()) {
      return error("cannot free a segment", dropped);
    }
    const std::lock_guard lock(mutex_);
    store.segments.erase(first);
  }
  return {};
}

std::optional<RocksdbDatabase::View> RocksdbDatabase::view(const RocksdbStore& store) const {
  const std::lock_guard lock(mutex_);
  if (!store.open) {
    return std::nullopt;
  }
  return View{RocksdbSegments(store.segments.lower_bound(store.first_live), store.segments.end()),
              db_->GetSnapshot()};
}

void RocksdbDatabase::release(const View& view) {
  db_->ReleaseSnapshot(view.snapshot);
}

}  // namespace pawl::internal

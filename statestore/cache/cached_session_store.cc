#include "cache/cached_session_store.h"

#include <pawl/model/assert.h>

#include <stdexcept>
#include <utility>

namespace pawl::internal {
namespace {

// Kafka Streams' key of an entry is i64 segment ‖ key ‖ i64 end ‖ i64 start (Source:
// SegmentedCacheFunction, SessionKeySchema); ours has no segment.
constexpr std::size_t kKeyOverhead = 8;

SessionRow decoded(BytesView bytes) {
  const std::optional<SessionRow> row = decode_session_key(bytes);
  PAWL_ASSERT(row.has_value(), bytes.size());
  return *row;
}

}  // namespace

CachedSessionStore::CachedSessionStore(StoreSpec spec, SessionStore& below, CacheBudget& budget,
                                       RecordInHand& record)
    : spec_(std::move(spec)),
      below_(below),
      record_(record),
      cache_(budget, record, kKeyOverhead,
             [this](const RecordCache::Change& change) { write_back(change); }) {}

// The record in hand is kept with the entry, and with it the time at which it is logged.
void CachedSessionStore::put(BytesView key, Window session, NullableBytesView value,
                             Timestamp /*logged_at*/) {
  if (session.start.value() < 0 || session.end < session.start) {
    throw std::invalid_argument("store " + spec_.name +
                                ": a session's start is neither negative nor behind its end");
  }
  newest_ = std::max(newest_, session.end);
  encode_session_key({key, session}, row_key_);
  cache_.put(row_key_, value);
}

NullableBytesView CachedSessionStore::get(BytesView key, Window session) {
  encode_session_key({key, session}, row_key_);
  const CacheEntry* const entry = cache_.find(row_key_);
  return entry != nullptr ? entry->row() : below_.get(key, session);
}

std::unique_ptr<SessionCursor> CachedSessionStore::find_sessions(BytesView key,
                                                                 Timestamp earliest_end,
                                                                 Timestamp latest_start,
                                                                 Direction direction) {
  return merged({key, key, earliest_end, Timestamp::max(), latest_start},
                below_.find_sessions(key, earliest_end, latest_start, direction),
                persistent() ? SessionOrder::by_key : SessionOrder::by_end, direction);
}

std::unique_ptr<SessionCursor> CachedSessionStore::find_sessions(NullableBytesView key_from,
                                                                 NullableBytesView key_to,
                                                                 Timestamp earliest_end,
                                                                 Timestamp latest_start,
                                                                 Direction direction) {
  return merged({key_from, key_to, earliest_end, Timestamp::max(), latest_start},
                below_.find_sessions(key_from, key_to, earliest_end, latest_start, direction),
                persistent() ? SessionOrder::by_key : SessionOrder::by_end, direction);
}

std::unique_ptr<SessionCursor> CachedSessionStore::ended_between(Timestamp earliest_end,
                                                                 Timestamp latest_end) {
  return merged({std::nullopt, std::nullopt, earliest_end, latest_end},
                below_.ended_between(earliest_end, latest_end),
                persistent() ? SessionOrder::by_time : SessionOrder::by_end, Direction::forward);
}

std::unique_ptr<SessionCursor> CachedSessionStore::merged(const Query& query,
                                                          std::unique_ptr<SessionCursor> below,
                                                          SessionOrder order, Direction direction) {
  const SessionPlaces places{order, segment_interval_of(spec_), direction};
  std::vector<Bytes> rows = rows_of(query);
  places.sort(rows);
  return std::make_unique<CachedSessionCursor>(CachedRows(cache_, std::move(rows),
                                                          [this](BytesView key) {
                                                            const SessionRow row = decoded(key);
                                                            return below_.get(row.key, row.session);
                                                          }),
                                               std::move(below), places, query.latest_start);
}

std::vector<Bytes> CachedSessionStore::rows_of(const Query& query) const {
  std::vector<Bytes> rows;
  const bool one_key = query.key_from.has_value() && query.key_from == query.key_to;
  Bytes first(query.key_from.value_or(BytesView()));
  Bytes last;
  if (one_key) {
    const Timestamp earliest = std::max(query.earliest_end, Timestamp(0));
    const Timestamp latest = std::min(query.latest_end, newest_);
    if (earliest > latest) {
      return rows;
    }
    encode_session_key({*query.key_from, {Timestamp(0), earliest}}, first);
    // Behind it there are sessions of longer keys only.
    encode_session_key({*query.key_from, {latest, latest}}, last);
  }
  for (const CacheEntry* entry = cache_.first_from(NullableBytesView(first)); entry != nullptr;
       entry = cache_.first_after(entry->key)) {
    if (one_key && entry->key > last) {
      break;
    }
    const SessionRow row = decoded(entry->key);
    const bool matches = (!query.key_from.has_value() || row.key >= *query.key_from) &&
                         (!query.key_to.has_value() || row.key <= *query.key_to) &&
                         row.session.end >= query.earliest_end &&
                         row.session.end <= query.latest_end;
    if (matches) {
      rows.emplace_back(entry->key);
    }
  }
  return rows;
}

void CachedSessionStore::listen(CacheListener& listener, OldRows old_rows) {
  listener_ = &listener;
  old_rows_ = old_rows;
}

void CachedSessionStore::drop() {
  cache_.drop();
  newest_ = Timestamp::unknown();
}

void CachedSessionStore::write_back(const RecordCache::Change& change) {
  struct Written {
    const RecordCache::Change& change;
    SessionRow row;
    NullableBytesView old_row;
  } written{change, decoded(change.key), std::nullopt};
  Bytes old = std::exchange(old_, {});
  if (listener_ != nullptr && (old_rows_ == OldRows::wanted || !change.row.has_value())) {
    const NullableBytesView below = below_.get(written.row.key, written.row.session);
    if (below.has_value()) {
      written.old_row = old.assign(*below);
    } else if (!change.row.has_value()) {
      return;  // it came and went
    }
  }
  record_.exchanged_for(change.write, change.coordinates, [this, &written] {
    const RecordCache::Change& changed = written.change;
    below_.put(written.row.key, written.row.session, changed.row, changed.write.timestamp);
    if (listener_ != nullptr) {
      listener_->row_flushed({written.row.key, written.row.session, changed.row,
                              old_rows_ == OldRows::wanted ? written.old_row : std::nullopt,
                              changed.write});
    }
  });
  old_ = std::move(old);
}

}  // namespace pawl::internal

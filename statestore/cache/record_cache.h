// RecordCache: the entries of one cached store: found by key, kept in key order, in the order of
// their last use, and, as far as they are changed, in the order of their last change.
//
// Invariants
//   1. The size of an entry is what Kafka Streams reckons, so that the same input evicts the same
//   entries.
//   2. The entry that is evicted is the one used longest ago. If it was changed, every changed
//   entry of this cache is written back (EvictionOrder); the others stay as clean ones.
//   3. A change that is made while entries are written back is never lost: it waits for the next
//   flush.
// Source: NamedCache, ThreadCache, LRUCacheEntry. Thread rule: owner thread only.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/statestore/cached_store.h>

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace pawl::internal {

struct ByUse;
struct ByChange;

struct CacheEntry : boost::intrusive::list_base_hook<boost::intrusive::tag<ByUse>>,
                    boost::intrusive::list_base_hook<boost::intrusive::tag<ByChange>> {
  BytesView key;
  Bytes value;
  bool tombstone = false;
  bool dirty = false;
  std::uint64_t change = 0;  // position of its last change among all changes
  std::size_t size = 0;
  Timestamp timestamp = Timestamp::unknown();
  Headers headers;
  RecordCoordinates coordinates;

  [[nodiscard]] NullableBytesView row() const {
    return tombstone ? std::nullopt : NullableBytesView(value);
  }
};

class RecordCache {
 public:
  // A changed entry on its way to the store below. Lifetime: during the call.
  struct Change {
    BytesView key;
    NullableBytesView row;
    WriteContext write;
    RecordCoordinates coordinates;
  };
  using WriteBack = std::function<void(const Change&)>;

  // `key_overhead`: by how many bytes Kafka Streams' key of an entry is longer than ours.
  RecordCache(CacheBudget& budget, const RecordInHand& record, std::size_t key_overhead,
              WriteBack write_back);
  RecordCache(const RecordCache&) = delete;
  RecordCache& operator=(const RecordCache&) = delete;
  ~RecordCache() { drop(); }

  // Returns: the entry, which counts as used now, or null. Lifetime: until the next call.
  const CacheEntry* find(BytesView key);
  // Changes an entry; null = a deletion. May evict.
  void put(BytesView key, NullableBytesView row);
  // Keeps a row of the store below. Requires: there is no entry. May evict.
  void keep(BytesView key, BytesView row);

  void flush();
  void drop();

  // Returns: the neighbour in key order, or null; it does not count as used. Absent key: the first
  // or last. Lifetime: until the next call.
  [[nodiscard]] const CacheEntry* first_from(NullableBytesView key) const;
  [[nodiscard]] const CacheEntry* first_after(BytesView key) const;
  [[nodiscard]] const CacheEntry* last_until(NullableBytesView key) const;
  [[nodiscard]] const CacheEntry* last_before(BytesView key) const;

  [[nodiscard]] std::size_t dirty_rows() const { return by_change_.size(); }
  [[nodiscard]] std::size_t dirty_bytes() const { return dirty_bytes_; }
  // Changes whenever entries leave the cache.
  [[nodiscard]] std::uint64_t departures() const { return departures_; }

 private:
  using Entries = std::map<Bytes, CacheEntry, std::less<>>;
  template <class Tag>
  using List = boost::intrusive::list<
      CacheEntry,
      boost::intrusive::base_hook<boost::intrusive::list_base_hook<boost::intrusive::tag<Tag>>>>;
  // What a flush holds of an entry: the entry itself may go while it is written back.
  struct Held {
    Bytes key;
    Bytes row;
    Headers headers;
  };

  CacheEntry& entry_of(BytesView key);
  const CacheEntry* used(Entries::iterator found);
  void resize(CacheEntry& entry);
  void clean(CacheEntry& entry);
  void erase(Entries::iterator entry);
  void evict();
  void evict_oldest();
  // Writes changes back up to this one; what is changed meanwhile comes later.
  void flush_until(std::uint64_t last);
  void write_back_and_keep(CacheEntry& entry);
  // Tells the budget what it does not know yet.
  void settle();
  std::string_view interned(std::string_view topic);

  CacheBudget& budget_;
  const RecordInHand& record_;
  std::size_t key_overhead_;
  WriteBack write_back_;
  Entries entries_;
  List<ByUse> by_use_;        // latest first
  List<ByChange> by_change_;  // earliest first
  std::uint64_t changes_ = 0;
  std::uint64_t departures_ = 0;
  std::size_t bytes_ = 0;
  std::size_t bytes_told_ = 0;
  std::size_t dirty_bytes_ = 0;
  std::set<std::string, std::less<>> topics_;
  std::string_view last_topic_;
  Held held_;
  bool evicting_ = false;
};

}  // namespace pawl::internal

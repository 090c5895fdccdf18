// What tests of the record cache share: a changelog and a listener that write down what they are
// told, and a store with a cache beside one without.
#pragma once

#include "statestore/backend_under_test.h"
#include "statestore/handed_record.h"
#include "statestore/seeds.h"

#include <pawl/statestore/cached_store.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {

inline constexpr std::size_t kPlenty = 1U << 20U;

inline std::string text_of(NullableBytesView bytes) {
  return std::string(bytes.value_or("null"));
}

// The changelog as `key=value@time`.
class WrittenChangelog final : public ChangelogSink {
 public:
  void append(BytesView key, NullableBytesView value, Timestamp timestamp,
              const Headers& /*headers*/) override {
    lines.push_back(std::string(key) + "=" + text_of(value) + "@" +
                    std::to_string(timestamp.value()));
  }
  std::vector<std::string> take() { return std::exchange(lines, {}); }
  std::vector<std::string> lines;
};

// What a node hears, as `key: old -> new @time topic#offset`.
class Heard final : public CacheListener {
 public:
  explicit Heard(const HandedRecord& record) : record_(record) {}
  void row_flushed(const FlushedRow& row) override {
    lines.push_back(std::string(row.key) + ": " + text_of(row.old_row) + " -> " +
                    text_of(row.new_row) + " @" + std::to_string(row.written.timestamp.value()) +
                    " " + std::string(record_.where.topic) + "#" +
                    std::to_string(record_.where.offset.value()));
    if (act) {
      act(row);
    }
  }
  std::vector<std::string> take() { return std::exchange(lines, {}); }
  std::vector<std::string> lines;
  std::function<void(const FlushedRow&)> act;

 private:
  const HandedRecord& record_;
};

// A store with a cache beside one without: whatever is done to both, both show the same.
template <class Store>
struct Twins {
  explicit Twins(StoreSpec store_spec) : spec(std::move(store_spec)) {}
  Store& with_cache() { return dynamic_cast<Store&>(cache->store()); }
  Store& without() { return dynamic_cast<Store&>(plain->store()); }
  void commit() {
    cache->flush();
    cached.commit();
    plain.commit();
  }
  void abort() {
    cache->drop();
    cached->drop();
    plain->drop();
  }

  StoreSpec spec;
  BackendUnderTest cached_backend{BackendKind::memory};
  BackendUnderTest plain_backend{BackendKind::memory};
  HandedRecord record;
  CacheBudget budget;
  StoreUnderTest cached{*cached_backend, spec};
  StoreUnderTest plain{*plain_backend, spec};
  std::unique_ptr<CachedStore> cache = make_cached_store(spec, cached->store(), budget, record);
};

inline Bytes some_key(Dice& dice) {
  Bytes key;
  for (std::int64_t size = dice.below(4); size >= 0; --size) {
    key.push_back("a\xff\0b"[dice.below(4)]);
  }
  return key;
}

}  // namespace pawl::test

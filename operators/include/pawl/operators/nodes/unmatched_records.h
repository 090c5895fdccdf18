// UnmatchedRecords: the records of a left or outer join that have met none yet, by time, side and
// key (unmatched_row.h). Records of one side with equal key and timestamp share a row: what meets
// one of them meets all. Source: ListValueStore over a key-value store. Thread rule: owner thread
// only.
#pragma once

#include <pawl/model/assert.h>
#include <pawl/operators/nodes/closed_unmatched.h>
#include <pawl/operators/nodes/unmatched_row.h>
#include <pawl/serde/serde.h>
#include <pawl/statestore/key_value_store.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace pawl::internal {

// What such a store is made of. `Store`: see ProcessingContext::store.
template <class K, class VLeft, class VRight>
struct UnmatchedSerdes {
  Serde<K> key;
  Serde<VLeft> left;
  Serde<VRight> right;
};

template <class K, class VLeft, class VRight>
class UnmatchedRecords {
 public:
  UnmatchedRecords(StateStore& store, UnmatchedSerdes<K, VLeft, VRight> serdes)
      : store_(dynamic_cast<KeyValueStore*>(&store)), serdes_(std::move(serdes)) {
    PAWL_ASSERT(store_ != nullptr, store.name());
  }

  template <class V>
  void keep(JoinSide side, const K& key, const V& value, Timestamp timestamp) {
    encode_key(side, key, timestamp);
    const NullableBytesView present = store_->get(key_bytes_);
    row_.assign(present.value_or(BytesView()));
    value_bytes_.clear();
    serde_of<V>(side).encode(value, value_bytes_);
    if (!append_unmatched_value(side, value_bytes_, row_)) {
      fail("row", "it is no list of values");
    }
    store_->put(key_bytes_, row_, timestamp);
  }

  // A record of that side, key and timestamp has met another. `now`: the other's timestamp.
  void forget(JoinSide side, const K& key, Timestamp timestamp, Timestamp now) {
    encode_key(side, key, timestamp);
    if (store_->get(key_bytes_).has_value()) {
      store_->put(key_bytes_, std::nullopt, now);
    }
  }

  [[nodiscard]] Timestamp earliest() const {
    const auto rows = store_->range(std::nullopt, std::nullopt, Direction::forward);
    return rows->valid() ? key_of(rows->key()).timestamp : Timestamp::max();
  }

  // Visits rows by time, right before left, then key: `visit(key, row)` says what becomes of each.
  // Rows that are taken are deleted, as of `now`. `from`: the earliest row lies there or later;
  // deleted ones before it are not passed by again.
  template <class Visit>
  void take_while(Timestamp from, Timestamp now, Visit visit) {
    encode_unmatched_key({std::max(from, Timestamp(0)), JoinSide::right, {}}, key_bytes_);
    for (auto rows = store_->range(NullableBytesView(key_bytes_), std::nullopt, Direction::forward);
         rows->valid();) {
      taken_.assign(rows->key());
      const UnmatchedVerdict verdict = visit(key_of(taken_), rows->value());
      if (verdict == UnmatchedVerdict::stop) {
        return;
      }
      rows->next();
      if (verdict == UnmatchedVerdict::take) {
        store_->put(taken_, std::nullopt, now);
      }
    }
  }

  // Calls `use(key, left, right, value)` for every record of a row; one of left and right is null,
  // `value` is the other one's bytes.
  template <class Use>
  void for_each_record(const UnmatchedKey& row_key, BytesView row, Use use) {
    check(serdes_.key.decode(row_key.key, key_), "key");
    row_.assign(row);
    const std::optional<std::vector<BytesView>> values = decode_unmatched_values(row_);
    if (!values.has_value()) {
      fail("row", "it is no list of values");
    }
    for (const BytesView value : *values) {
      if (row_key.side == JoinSide::left) {
        check(serdes_.left.decode(value, left_), "value");
        use(key_, &left_, static_cast<const VRight*>(nullptr), value);
      } else {
        check(serdes_.right.decode(value, right_), "value");
        use(key_, static_cast<const VLeft*>(nullptr), &right_, value);
      }
    }
  }

 private:
  template <class V>
  const Serde<V>& serde_of([[maybe_unused]] JoinSide side) const {
    if constexpr (std::is_same_v<VLeft, VRight>) {
      return side == JoinSide::left ? serdes_.left : serdes_.right;
    } else if constexpr (std::is_same_v<V, VLeft>) {
      return serdes_.left;
    } else {
      return serdes_.right;
    }
  }
  void encode_key(JoinSide side, const K& key, Timestamp timestamp) {
    value_bytes_.clear();
    serdes_.key.encode(key, value_bytes_);
    encode_unmatched_key({timestamp, side, value_bytes_}, key_bytes_);
  }
  [[nodiscard]] UnmatchedKey key_of(BytesView bytes) const {
    const std::optional<UnmatchedKey> key = decode_unmatched_key(bytes);
    if (!key.has_value()) {
      fail("key", "it is too short");
    }
    return *key;
  }
  void check(const Result<void>& decoded, const char* part) const {
    if (!decoded.has_value()) {
      fail(part, decoded.error().message);
    }
  }
  [[noreturn]] void fail(const char* part, const std::string& why) const {
    throw StoreFailure({ErrorKind::fatal,
                        "store " + store_->name() + ": a stored " + part +
                            " cannot be decoded (was the topology or a serde changed?): " + why});
  }

  KeyValueStore* store_;
  UnmatchedSerdes<K, VLeft, VRight> serdes_;
  Bytes key_bytes_;
  Bytes value_bytes_;
  Bytes row_;
  Bytes taken_;
  K key_{};
  VLeft left_{};
  VRight right_{};
};

}  // namespace pawl::internal

// ChangeForwarder: how a node with a store forwards the changes of a table: at once; or, where the
// store is cached, when the cache lets the row go, with the old value that the store below had and
// the timestamp, headers and coordinates of the last record that changed the row; the timestamp of
// a session is its end. A node uses it in place of forward():
//
//   forwarder_.open(context, definition_, this->outlet(), old_values_);        // in opened()
//   forwarder_.forward({record.key, &change, timestamp, record.headers});      // in receive()
//
// K is the key that is forwarded, KStore that of the store: KStore is K in key-value stores, and
// K is Windowed<KStore> in stores of windows. Source: TimestampedTupleForwarder,
// TimestampedCacheFlushListener, SessionCacheFlushListener. Thread rule: owner thread only.
#pragma once

#include <pawl/engine/outlet.h>
#include <pawl/engine/processing_context.h>
#include <pawl/model/window.h>
#include <pawl/operators/change.h>
#include <pawl/statestore/cached_store.h>
#include <pawl/statestore/typed/store_codec.h>

#include <optional>
#include <type_traits>
#include <utility>

namespace pawl::internal {

template <class K, class V, class KStore = K>
class ChangeForwarder final : private CacheListener {
  static constexpr bool kWindows = !std::is_same_v<K, KStore>;

 public:
  // For tables that are not kept, and for results that the node emits itself, cached or not.
  void open(const Outlet<K, Change<V>>& outlet) { outlet_ = &outlet; }
  // Lifetime: this object must not move any more.
  template <class Definition>
  void open(ProcessingContext& context, const Definition& definition,
            const Outlet<K, Change<V>>& outlet, bool old_values) {
    outlet_ = &outlet;
    timestamped_ = definition.spec().timestamped;
    sessions_ = definition.spec().kind == StoreKind::session;
    StateStore& store = context.state_store(definition.spec().name);
    codec_.emplace(store.name(), definition.key_serde(), definition.value_serde(),
                   definition.bytes_of(store).row_format());
    auto* const cached = dynamic_cast<CachedStore*>(&store);
    cached_ = cached != nullptr;
    if (cached_) {
      cached->listen(*this, old_values ? OldRows::wanted : OldRows::unwanted);
    }
  }

  // Whether forward() leaves it to the cache.
  [[nodiscard]] bool cached() const { return cached_; }

  void forward(const Record<K, Change<V>>& record) const {
    if (!cached_) {
      outlet_->forward(record);
    }
  }

 private:
  // Taken away while it is in use: a processor further down may write to the same store.
  struct Scratch {
    K key{};
    V new_value{};
    V old_value{};
  };

  void row_flushed(const FlushedRow& row) override {
    Scratch scratch = std::exchange(scratch_, {});
    if constexpr (kWindows) {
      codec_->decode_key(row.key, scratch.key.key);
      scratch.key.window = row.window;
    } else {
      codec_->decode_key(row.key, scratch.key);
    }
    Timestamp timestamp = sessions_ ? row.window.end : row.written.timestamp;
    Change<V> change;
    if (row.new_row.has_value()) {
      const Timestamp of_value = codec_->decode_row(*row.new_row, scratch.new_value);
      timestamp = timestamped_ ? of_value : timestamp;
      change.new_value = &scratch.new_value;
    }
    if (row.old_row.has_value()) {
      codec_->decode_row(*row.old_row, scratch.old_value);
      change.old_value = &scratch.old_value;
    }
    outlet_->forward({&scratch.key, &change, timestamp, row.written.headers});
    scratch_ = std::move(scratch);
  }

  const Outlet<K, Change<V>>* outlet_ = nullptr;
  std::optional<StoreCodec<KStore, V>> codec_;
  bool timestamped_ = true;
  bool sessions_ = false;
  bool cached_ = false;
  Scratch scratch_;
};

}  // namespace pawl::internal

// TableLookup: how a node reads the current value of a key of a table: from the table's store, or
// computed from the values of the tables before it. One object per node and task.
// Source: KTableValueGetter.
// Thread rule: owner thread only.
#pragma once

#include <pawl/engine/processing_context.h>
#include <pawl/model/window.h>
#include <pawl/statestore/cached_store.h>
#include <pawl/statestore/typed/stores.h>

#include <optional>
#include <utility>

namespace pawl::internal {

// Which value of a key a lookup reads where the table's store is cached: the latest, or the last
// one that those behind the table have been told.
enum class TableReading { latest, forwarded };

// How a join of two tables reads the other one. A row that comes and goes between two flushes is
// never forwarded, so nothing would take back a result made of it, nor repeat an answer that was
// refused because of it. Kafka Streams reads the latest.
inline TableReading reading_of_table_joins(const ProcessingContext& context) {
  return context.compatibility() == Compatibility::kafka_streams_4_3 ? TableReading::latest
                                                                     : TableReading::forwarded;
}

template <class Definition>
typename Definition::Store table_store(ProcessingContext& context, const Definition& definition,
                                       TableReading reading) {
  StateStore& store = context.state_store(definition.spec().name);
  auto* const cached =
      reading == TableReading::forwarded ? dynamic_cast<CachedStore*>(&store) : nullptr;
  return definition.bind(cached == nullptr ? store : cached->below());
}

template <class K, class V>
class TableLookup {
 public:
  TableLookup() = default;
  TableLookup(const TableLookup&) = delete;
  TableLookup& operator=(const TableLookup&) = delete;
  virtual ~TableLookup() = default;

  // Called once, before the first get(). Requires: the node of `context` is connected to the
  // stores that the table's view names.
  virtual void open(ProcessingContext& context, TableReading reading) = 0;
  // Overwrites `found` and returns true, or returns false: the key has no value. The timestamp is
  // unknown() where the table does not know it.
  virtual bool get(const K& key, ValueAndTimestamp<V>& found) = 0;
  // The value as it was at a time; in a table without versions, as it is.
  virtual bool get_as_of(const K& key, Timestamp /*time*/, ValueAndTimestamp<V>& found) {
    return get(key, found);
  }
  // Called once when the task closes.
  virtual void close() {}
};

// A table that lies in a key-value store. Source: KTableMaterializedValueGetterSupplier.
template <class K, class V>
class StoreLookup final : public TableLookup<K, V> {
 public:
  explicit StoreLookup(stores::TimestampedKeyValue<K, V> store) : definition_(std::move(store)) {}
  void open(ProcessingContext& context, TableReading reading) override {
    store_.emplace(table_store(context, definition_, reading));
  }
  bool get(const K& key, ValueAndTimestamp<V>& found) override { return store_->get(key, found); }
  bool get_as_of(const K& key, Timestamp time, ValueAndTimestamp<V>& found) override {
    return store_->get_as_of(key, time, found);
  }

 private:
  stores::TimestampedKeyValue<K, V> definition_;
  std::optional<TypedTimestampedKeyValueStore<K, V>> store_;
};

// A table of windows that lies in a window store.
// Source: KStreamWindowAggregate.KStreamWindowAggregateValueGetter.
template <class K, class V>
class WindowStoreLookup final : public TableLookup<Windowed<K>, V> {
 public:
  explicit WindowStoreLookup(stores::TimestampedWindow<K, V> store)
      : definition_(std::move(store)) {}
  void open(ProcessingContext& context, TableReading reading) override {
    store_.emplace(table_store(context, definition_, reading));
  }
  bool get(const Windowed<K>& key, ValueAndTimestamp<V>& found) override {
    return store_->get(key.key, key.window.start, found);
  }

 private:
  stores::TimestampedWindow<K, V> definition_;
  std::optional<TypedTimestampedWindowStore<K, V>> store_;
};

// A table of sessions that lies in a session store: the timestamp of a session is its end.
// Source: KStreamSessionWindowAggregate.KTableSessionWindowValueGetter.
template <class K, class V>
class SessionStoreLookup final : public TableLookup<Windowed<K>, V> {
 public:
  explicit SessionStoreLookup(stores::Session<K, V> store) : definition_(std::move(store)) {}
  void open(ProcessingContext& context, TableReading reading) override {
    store_.emplace(table_store(context, definition_, reading));
  }
  bool get(const Windowed<K>& key, ValueAndTimestamp<V>& found) override {
    std::optional<V> value = store_->get(key.key, key.window);
    if (!value.has_value()) {
      return false;
    }
    found = {*std::move(value), key.window.end};
    return true;
  }

 private:
  stores::Session<K, V> definition_;
  std::optional<TypedSessionStore<K, V>> store_;
};

}  // namespace pawl::internal

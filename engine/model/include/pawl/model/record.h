// Record: a typed record in flight between two nodes. It borrows: key, value and headers belong to
// the sender and are valid during the call that hands the record over; whoever keeps them copies
// them. A null key or value is Kafka's null. Records are immutable, so a sibling never sees another
// one's change. Thread rule: a value, used on the thread of its task.
#pragma once

#include <pawl/model/headers.h>
#include <pawl/model/timestamp.h>

namespace pawl {

template <class K, class V>
struct Record {
  const K* key = nullptr;
  const V* value = nullptr;
  Timestamp timestamp;
  const Headers* headers = &Headers::none();

  // The same record with one part replaced. Lifetime: the argument must outlive the result.
  template <class OtherKey>
  [[nodiscard]] Record<OtherKey, V> with_key(const OtherKey* other) const {
    return {other, value, timestamp, headers};
  }
  template <class OtherValue>
  [[nodiscard]] Record<K, OtherValue> with_value(const OtherValue* other) const {
    return {key, other, timestamp, headers};
  }
  [[nodiscard]] Record with_timestamp(Timestamp other) const {
    return {key, value, other, headers};
  }
  [[nodiscard]] Record with_headers(const Headers* other) const {
    return {key, value, timestamp, other};
  }
};

}  // namespace pawl

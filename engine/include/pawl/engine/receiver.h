// Receiver<K, V>: the typed edge between two nodes. Whoever produces records of type (K, V) hands
// them to one. Thread rule: owner thread only.
#pragma once

#include <pawl/model/record.h>

namespace pawl {

template <class K, class V>
class Receiver {
 public:
  Receiver() = default;
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // Handles one record to its end: everything downstream of it has happened when this returns.
  // Lifetime: the record and what it points to are borrowed during the call.
  virtual void receive(const Record<K, V>& record) = 0;

 protected:
  ~Receiver() = default;
};

}  // namespace pawl

// A record in hand that a test of the record cache sets.
#pragma once

#include <pawl/statestore/cached_store.h>

#include <functional>
#include <utility>

namespace pawl::test {

class HandedRecord final : public RecordInHand {
 public:
  [[nodiscard]] const WriteContext& write_context() const override { return write; }
  [[nodiscard]] const RecordCoordinates& coordinates() const override { return where; }
  void exchanged_for(const WriteContext& other, const RecordCoordinates& coordinates,
                     const std::function<void()>& work) override {
    const WriteContext former = std::exchange(write, other);
    const RecordCoordinates former_where = std::exchange(where, coordinates);
    work();
    write = former;
    where = former_where;
  }
  WriteContext write{Timestamp(0), &Headers::none()};
  RecordCoordinates where;
};

}  // namespace pawl::test

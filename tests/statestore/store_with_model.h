// A store and a model of it under the same life: what the randomized tests of stores share.
#pragma once

#include "statestore/backend_under_test.h"
#include "statestore/seeds.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pawl::test {

// Keys that are prefixes of each other, with bytes that look like parts of window starts.
inline const std::vector<Bytes>& keys() {
  static const std::vector<Bytes> kKeys{
      "", "a", Bytes("a\0", 2), Bytes("a\0\0\0\0\0\0\0\0", 9), "a\xff", "ab", "b", "\xff\xff"};
  return kKeys;
}

inline NullableBytesView bound_or_open(Dice& dice) {
  return dice.one_in(4) ? std::nullopt : NullableBytesView(dice.pick(keys()));
}

inline bool within(const Bytes& key, NullableBytesView from, NullableBytesView to) {
  return (!from.has_value() || key >= *from) && (!to.has_value() || key <= *to);
}

inline Direction any_direction(Dice& dice) {
  return dice.one_in(2) ? Direction::forward : Direction::backward;
}

// The life of a store around its reads and writes: commits in their steps, aborts, flushes and
// crashes, the same for store and model.
template <class Model>
class StoreWithModel {
 public:
  StoreWithModel(BackendKind kind, StoreSpec spec, StoreSurroundings surroundings)
      : backend_(kind), spec_(std::move(spec)), surroundings_(surroundings) {
    spec_.persistence =
        kind == BackendKind::memory ? Persistence::in_memory : Persistence::persistent;
    open();
  }

  StoreUnderTest& store() { return *store_; }
  Model& model() { return model_; }
  [[nodiscard]] const StoreSpec& spec() const { return spec_; }

  void live(Dice& dice) {
    switch (dice.below(12)) {
      case 0:
        return crash();
      case 1:
        return flush(FlushMode::wait);
      case 2:
        return flush(FlushMode::background);
      case 3:
      case 4:
        (*store_)->drop();
        return model_.drop();
      default:
        return model_.frozen() ? settle() : freeze();
    }
  }

 private:
  void freeze() {
    (*store_)->freeze();
    model_.freeze();
  }
  void settle() {
    const StoreProgress progress = (*store_)->frozen_progress();
    Bytes time;
    big_endian::append_i64(progress.time.value(), time);
    Bytes sequence;
    big_endian::append_i32(progress.sequence, sequence);
    store_->apply_frozen({{"version", std::to_string(model_.settle())},
                          {"time", std::move(time)},
                          {"sequence", std::move(sequence)}});
  }
  void flush(FlushMode mode) {
    ASSERT_TRUE(backend_->flush(mode).has_value());
    if (mode == FlushMode::wait && backend_->persistent()) {
      model_.flushed();
    }
  }
  void crash() {
    store_.reset();
    backend_.reopen();
    const std::optional<Bytes> version = backend_->metadata("version").value();
    ASSERT_TRUE(model_.crash(std::stoi(version.value_or("0")))) << "of the last flush or later";
    open();
  }
  void open() {
    store_.emplace(*backend_, spec_, surroundings_);
    if (const auto time = backend_->metadata("time").value()) {
      const Bytes sequence = backend_->metadata("sequence").value().value();
      (*store_)->resume(
          {Timestamp(big_endian::load_i64(time->data())), big_endian::load_i32(sequence.data())});
    }
  }

  BackendUnderTest backend_;
  StoreSpec spec_;
  StoreSurroundings surroundings_;
  std::optional<StoreUnderTest> store_;
  Model model_;
};

struct NoProgress {};

}  // namespace pawl::test

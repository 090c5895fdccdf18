// LayeredModel: what a store with an overlay must show, as plain maps: the oracle of the randomized
// tests. Every applied state has a number, which the test keeps in the backend's metadata; after a
// crash the model goes back to the state whose number the backend still has.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace pawl::test {

// `Progress` is whatever a store's committed state has besides rows.
template <class Key, class Value, class Progress>
class LayeredModel {
 public:
  using Rows = std::map<Key, Value>;

  void write(const Key& key, std::optional<Value> value) { active_[key] = std::move(value); }
  Progress& progress() { return progress_; }

  [[nodiscard]] bool frozen() const { return frozen_.has_value(); }
  void freeze() {
    frozen_.emplace(std::exchange(active_, {}));
    frozen_progress_ = progress_;
  }
  // Returns: the number of the state that is committed now.
  int settle() {
    put_over(committed_.rows, *frozen_);
    committed_.progress = frozen_progress_;
    frozen_.reset();
    history_.emplace(++version_, committed_);
    return version_;
  }
  void drop() {
    active_.clear();
    frozen_.reset();
    progress_ = committed_.progress;
  }
  // All that is applied is on disk now.
  void flushed() { history_.erase(history_.begin(), history_.find(version_)); }
  // The process died. Returns: whether `version` may be what is left.
  bool crash(int version) {
    const auto found = history_.find(version);
    if (found == history_.end()) {
      return false;
    }
    version_ = version;
    committed_ = found->second;
    history_ = {{version, committed_}};
    drop();
    return true;
  }

  [[nodiscard]] Rows visible() const {
    Rows rows = committed_.rows;
    if (frozen_.has_value()) {
      put_over(rows, *frozen_);
    }
    put_over(rows, active_);
    return rows;
  }

 private:
  using Layer = std::map<Key, std::optional<Value>>;
  struct State {
    Rows rows;
    Progress progress{};
  };
  static void put_over(Rows& rows, const Layer& layer) {
    for (const auto& [key, value] : layer) {
      if (value.has_value()) {
        rows[key] = *value;
      } else {
        rows.erase(key);
      }
    }
  }

  State committed_;
  std::optional<Layer> frozen_;
  Layer active_;
  Progress frozen_progress_{};
  Progress progress_{};
  int version_ = 0;
  std::map<int, State> history_{{0, State{}}};  // what a crash may leave
};

}  // namespace pawl::test

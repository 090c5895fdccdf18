// StoreRegistry: which stores of this process can be read, for interactive queries.
// Thread rule: any thread.
#pragma once

#include <pawl/model/guarded.h>
#include <pawl/model/ids.h>
#include <pawl/statestore/store_backend.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace pawl::internal {

class StoreRegistry {
 public:
  using Source = std::shared_ptr<const RowSnapshotSource>;

  void add(const std::string& store, TaskId task, Source source) {
    sources_.with([&](auto& sources) { sources[store][task] = std::move(source); });
  }
  void remove(TaskId task) {
    sources_.with([&](auto& sources) {
      for (auto& [store, of_task] : sources) {
        of_task.erase(task);
      }
    });
  }
  // Returns: the running parts of a store, by task.
  [[nodiscard]] std::vector<Source> find(const std::string& store) const {
    return sources_.with([&](const auto& sources) {
      std::vector<Source> result;
      if (const auto found = sources.find(store); found != sources.end()) {
        for (const auto& [task, source] : found->second) {
          result.push_back(source);
        }
      }
      return result;
    });
  }

 private:
  Guarded<std::map<std::string, std::map<TaskId, Source>>> sources_;
};

}  // namespace pawl::internal

// StoreRegistry: which stores of this process can be read, for interactive queries.
//
// A thread may run a task before the one that ran it last has heard that it lost it: the part of
// the later one counts, and only its own thread takes it out.
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

  void add(const std::string& store, TaskId task, const std::string& thread, Source source) {
    parts_.with([&](auto& parts) { parts[store][task] = {thread, std::move(source)}; });
  }
  // Takes out what that thread has added for the task.
  void remove(TaskId task, const std::string& thread) {
    parts_.with([&](auto& parts) {
      for (auto& [store, of_store] : parts) {
        const auto found = of_store.find(task);
        if (found != of_store.end() && found->second.thread == thread) {
          of_store.erase(found);
        }
      }
    });
  }
  // Returns: the running parts of a store, by task.
  [[nodiscard]] std::vector<Source> find(const std::string& store) const {
    return parts_.with([&](const auto& parts) {
      std::vector<Source> result;
      if (const auto found = parts.find(store); found != parts.end()) {
        for (const auto& [task, part] : found->second) {
          result.push_back(part.source);
        }
      }
      return result;
    });
  }

 private:
  struct Part {
    std::string thread;
    Source source;
  };
  Guarded<std::map<std::string, std::map<TaskId, Part>>> parts_;  // by store
};

}  // namespace pawl::internal

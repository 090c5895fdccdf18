// StateDirectory: the directory of one instance:
//   <state_dir>/<application id>/.lock         held by the process (flock)
//   <state_dir>/<application id>/instance-id   made once, or given by the settings
//   <state_dir>/<application id>/<task>/       the task's database
// and the table of which thread of the process has a task's directory open, so that a task that
// moves to another thread waits until its former owner has let go. Directories are 0700, files
// 0600. Thread rule: any thread.
#pragma once

#include <pawl/model/guarded.h>
#include <pawl/model/ids.h>
#include <pawl/model/random.h>
#include <pawl/model/result.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace pawl::internal {

class StateDirectory {
 public:
  // Makes and locks the directory. `given_id`: the instance id of the settings, or empty.
  // Errors: fatal, naming the path: locked by another process, or not writable.
  static Result<std::unique_ptr<StateDirectory>> open(const std::filesystem::path& state_dir,
                                                      const std::string& application_id,
                                                      const std::string& given_id, Random& random);
  StateDirectory(const StateDirectory&) = delete;
  StateDirectory& operator=(const StateDirectory&) = delete;
  ~StateDirectory();

  [[nodiscard]] const std::string& instance_id() const { return instance_id_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // The task's directory while it is held; letting the object die gives it to the next owner.
  class TaskDirectory {
   public:
    TaskDirectory(StateDirectory& parent, TaskId task);
    TaskDirectory(const TaskDirectory&) = delete;
    TaskDirectory& operator=(const TaskDirectory&) = delete;
    ~TaskDirectory();
    [[nodiscard]] std::filesystem::path path() const;
    // Removes what is in it. Requires: nothing of it is open. Errors: fatal.
    [[nodiscard]] Result<void> wipe() const;

   private:
    StateDirectory& parent_;
    TaskId task_;
  };

  // Returns: the task's directory, or null while another thread has it.
  std::unique_ptr<TaskDirectory> try_acquire(TaskId task, const std::string& owner);
  // Returns: the thread that has it, if any.
  [[nodiscard]] std::optional<std::string> owner_of(TaskId task) const;

 private:
  StateDirectory(std::filesystem::path path, int lock_file, std::string instance_id)
      : path_(std::move(path)), lock_file_(lock_file), instance_id_(std::move(instance_id)) {}

  std::filesystem::path path_;
  int lock_file_;
  std::string instance_id_;
  Guarded<std::map<TaskId, std::string>> owners_;
};

// Returns: a random UUID (version 4) as text.
std::string make_uuid(Random& random);

}  // namespace pawl::internal

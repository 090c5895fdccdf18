// Process: a child process of a test, with its output in a file; killed at the latest when the
// object dies.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace pawl::test {

class Process {
 public:
  Process(const std::vector<std::string>& command,
          const std::map<std::string, std::string>& environment, const std::string& output_file);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  void signal(int number) const;
  // kill -9, and waits for the end.
  void kill();
  // Returns: the exit code, or minus the signal that ended it; nothing while it runs.
  std::optional<int> ended();
  // Waits for the end. Returns: as ended(); nothing when it does not end in time.
  std::optional<int> wait_for(int seconds);
  [[nodiscard]] std::string output() const;

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
  std::string output_file_;
};

}  // namespace pawl::test

// A directory that lives as long as the object.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace pawl::test {

// In memory where there is room: for tests of which syncing files to a disk is no part.
inline std::filesystem::path quick_directory() {
  constexpr std::uintmax_t kRoom = std::uintmax_t{1} << 30U;
  const std::filesystem::path memory = "/dev/shm";
  std::error_code absent;
  const std::uintmax_t room = std::filesystem::space(memory, absent).available;
  return !absent && room >= kRoom ? memory : std::filesystem::temp_directory_path();
}

class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(
      const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string pattern = (parent / "pawl-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace pawl::test

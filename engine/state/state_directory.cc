#include "state/state_directory.h"

#include <pawl/model/assert.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace pawl::internal {
namespace {

constexpr mode_t kFileMode = 0600;

Error unusable(const std::filesystem::path& path, const std::string& why) {
  return {ErrorKind::fatal, fmt::format("the state directory {} cannot be used: {}. Remedy: "
                                        "another state_dir, or its permissions",
                                        path.string(), why)};
}

Result<std::string> read_or_make_id(const std::filesystem::path& file, const std::string& given,
                                    Random& random) {
  std::string id;
  std::ifstream(file) >> id;
  if (!given.empty() && given != id) {
    id = given;
  } else if (id.empty()) {
    id = make_uuid(random);
  } else {
    return id;
  }
  // Written aside and moved, so that a crash leaves either no id or a whole one.
  const std::filesystem::path fresh = file.string() + ".new";
  const int out = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode);
  if (out < 0) {
    return unusable(file, std::strerror(errno));
  }
  const std::string text = id + "\n";
  const bool written =
      ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(out) == 0;
  ::close(out);
  if (!written || ::rename(fresh.c_str(), file.c_str()) != 0) {
    return unusable(file, std::strerror(errno));
  }
  return id;
}

}  // namespace

std::string make_uuid(Random& random) {
  const std::uint64_t high = (random.next() & 0xffffffffffff0fffULL) | 0x4000ULL;
  const std::uint64_t low = (random.next() & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32U, (high >> 16U) & 0xffffU,
                     high & 0xffffU, low >> 48U, low & 0xffffffffffffULL);
}

Result<std::unique_ptr<StateDirectory>> StateDirectory::open(const std::filesystem::path& state_dir,
                                                             const std::string& application_id,
                                                             const std::string& given_id,
                                                             Random& random) {
  const std::filesystem::path path = state_dir / application_id;
  std::error_code failure;
  std::filesystem::create_directories(path, failure);
  if (failure) {
    return unusable(path, failure.message());
  }
  std::filesystem::permissions(path, std::filesystem::perms::owner_all, failure);
  const std::filesystem::path lock = path / ".lock";
  const int lock_file = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode);
  if (lock_file < 0) {
    return unusable(path, std::strerror(errno));
  }
  if (::flock(lock_file, LOCK_EX | LOCK_NB) != 0) {
    const std::string why = errno == EWOULDBLOCK
                                ? "another process is using it (each instance needs its own)"
                                : std::strerror(errno);
    ::close(lock_file);
    return unusable(path, why);
  }
  Result<std::string> id = read_or_make_id(path / "instance-id", given_id, random);
  if (!id.has_value()) {
    ::close(lock_file);
    return std::move(id).error();
  }
  return std::unique_ptr<StateDirectory>(new StateDirectory(path, lock_file, *std::move(id)));
}

StateDirectory::~StateDirectory() {
  owners_.with([](const auto& owners) { PAWL_ASSERT(owners.empty(), owners.size()); });
  ::close(lock_file_);
}

std::unique_ptr<StateDirectory::TaskDirectory> StateDirectory::try_acquire(
    TaskId task, const std::string& owner) {
  const bool acquired =
      owners_.with([&](auto& owners) { return owners.try_emplace(task, owner).second; });
  return acquired ? std::make_unique<TaskDirectory>(*this, task) : nullptr;
}

std::optional<std::string> StateDirectory::owner_of(TaskId task) const {
  return owners_.with([&](const auto& owners) {
    const auto found = owners.find(task);
    return found == owners.end() ? std::nullopt : std::optional(found->second);
  });
}

StateDirectory::TaskDirectory::TaskDirectory(StateDirectory& parent, TaskId task)
    : parent_(parent), task_(task) {}

StateDirectory::TaskDirectory::~TaskDirectory() {
  parent_.owners_.with([&](auto& owners) { owners.erase(task_); });
}

std::filesystem::path StateDirectory::TaskDirectory::path() const {
  return parent_.path_ / to_string(task_);
}

Result<void> StateDirectory::TaskDirectory::wipe() const {
  std::error_code failure;
  std::filesystem::remove_all(path(), failure);
  if (failure) {
    return unusable(path(), failure.message());
  }
  return {};
}

}  // namespace pawl::internal

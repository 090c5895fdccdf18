#include "state/state_directory.h"

#include "support/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace pawl::internal {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class StateDirectoryTest : public ::testing::Test {
 protected:
  Result<std::unique_ptr<StateDirectory>> open(const std::string& given_id = "") {
    return StateDirectory::open(directory_.path(), "app", given_id, random_);
  }
  test::TemporaryDirectory directory_;
  SeededRandom random_{1};
};

TEST_F(StateDirectoryTest, MakesAnInstanceIdOnceAndKeepsIt) {
  const std::string first = (*open())->instance_id();

  EXPECT_THAT(first,
              MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ((*open())->instance_id(), first);
}

TEST_F(StateDirectoryTest, TakesAGivenInstanceId) {
  EXPECT_EQ((*open("pod-3"))->instance_id(), "pod-3");
  EXPECT_EQ((*open())->instance_id(), "pod-3");
}

TEST_F(StateDirectoryTest, IsRefusedWhileAnotherProcessHasIt) {
  int ready[2];
  int done[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(done), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = open();
    char signal = held.has_value() ? 'y' : 'n';
    (void)!::write(ready[1], &signal, 1);
    (void)!::read(done[0], &signal, 1);
    ::_exit(0);
  }
  char answer = 0;
  ASSERT_EQ(::read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');

  const auto second = open();

  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::fatal);
  EXPECT_THAT(second.error().message, HasSubstr("another process is using it"));
  EXPECT_THAT(second.error().message, HasSubstr(directory_.path().string()));
  (void)!::write(done[1], &answer, 1);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(open().has_value()) << "a dead process holds nothing";
}

TEST_F(StateDirectoryTest, GivesATaskToOneThreadAtATime) {
  const auto directory = *open();
  const TaskId task{SubtopologyId(0), PartitionId(1)};
  auto first = directory->try_acquire(task, "thread-1");
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->path().filename(), "0_1");

  EXPECT_EQ(directory->try_acquire(task, "thread-2"), nullptr);
  EXPECT_EQ(directory->owner_of(task), "thread-1");

  first.reset();
  EXPECT_NE(directory->try_acquire(task, "thread-2"), nullptr);
}

TEST_F(StateDirectoryTest, WipesATasksDirectory) {
  const auto directory = *open();
  const auto task = directory->try_acquire({}, "thread-1");
  std::filesystem::create_directories(task->path());
  std::ofstream(task->path() / "file") << "x";

  ASSERT_TRUE(task->wipe().has_value());

  EXPECT_FALSE(std::filesystem::exists(task->path()));
}

TEST_F(StateDirectoryTest, NamesAPlaceItCannotUse) {
  std::ofstream(directory_.path() / "file") << "x";
  const auto opened = StateDirectory::open(directory_.path() / "file", "app", "", random_);

  ASSERT_FALSE(opened.has_value());
  EXPECT_THAT(opened.error().message, HasSubstr("state_dir"));
}

}  // namespace
}  // namespace pawl::internal

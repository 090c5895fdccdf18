// Kills a program in the middle of its writes and looks at what its database still has: rows of
// all stores and metadata must be of one instant, not before the last finished flush.
#include "statestore/seeds.h"
#include "statestore/store_writer.h"
#include "support/process.h"
#include "support/temporary_directory.h"

#include <pawl/statestore/backends.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pawl::test {
namespace {

// The directory of a writer that is started and killed again and again.
class RocksdbCrashTest : public ::testing::Test {
 protected:
  struct Left {
    std::int64_t batches = 0;
    std::string content;
  };

  std::unique_ptr<Process> start(const std::map<std::string, std::string>& environment = {},
                                 const std::string& how = "") {
    output_ = directory_.path() / ("output" + std::to_string(++starts_));
    return std::make_unique<Process>(
        std::vector<std::string>{PAWL_TEST_STORE_WRITER, database().string(), how}, environment,
        output_.string());
  }
  // Returns: whether the program has said so much before a deadline.
  [[nodiscard]] bool says(std::uintmax_t characters) const {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::error_code not_yet;
    while (std::filesystem::file_size(output_, not_yet) < characters || not_yet) {
      if (std::chrono::steady_clock::now() > deadline) {
        return false;
      }
    }
    return true;
  }
  [[nodiscard]] Left left() const {
    const auto backend = open_rocksdb_backend(database(), make_rocksdb_memory({})).value();
    WriterStores stores(*backend);
    return {stores.batches(), stores.content()};
  }
  static std::string content_after(std::int64_t batches) {
    const auto backend = make_memory_backend();
    WriterStores stores(*backend);
    while (stores.batches() < batches) {
      stores.commit_batch();
    }
    return stores.content();
  }
  [[nodiscard]] std::filesystem::path database() const { return directory_.path() / "db"; }

  TemporaryDirectory directory_{quick_directory()};
  std::filesystem::path output_;
  int starts_ = 0;
};

TEST_F(RocksdbCrashTest, LeavesRowsAndMetadataOfOneInstant) {
  int lost = 0;
  for (const std::uint64_t seed : test_seeds()) {
    Dice dice(seed);
    for (int kill = 0; kill < 3; ++kill) {
      const std::int64_t before = left().batches;
      const auto writer = start();
      ASSERT_TRUE(says(static_cast<std::uintmax_t>(1 + dice.below(300)))) << writer->output();
      writer->kill();

      const std::string said = writer->output();
      const auto batches_in = [&](std::size_t characters) {
        return std::count(said.begin(), said.begin() + static_cast<std::ptrdiff_t>(characters),
                          '.');
      };
      const std::size_t flush = said.rfind('F');
      const Left after = left();
      EXPECT_GE(after.batches, before + (flush == std::string::npos ? 0 : batches_in(flush)));
      EXPECT_LE(after.batches, before + batches_in(said.size()) + 1);
      EXPECT_EQ(after.content, content_after(after.batches));
      lost += after.batches < before + batches_in(said.size()) ? 1 : 0;
    }
  }
  EXPECT_GT(lost, 0) << "no kill came before a flush: this test has shown nothing";
}

// The flushed state has declared segments dead that are still there: they stay dead.
TEST_F(RocksdbCrashTest, BeforeItFreesSegmentsLosesNothingThatWasFlushed) {
  for (const int flush : {1, 8, 15}) {  // segments die from the 7th flush on
    const auto writer =
        start({{"PAWL_CRASH_AT", "rocksdb.before_free_segments:" + std::to_string(flush)}});
    ASSERT_EQ(writer->wait_for(60), -SIGKILL) << writer->output();

    const std::string said = writer->output();
    const Left after = left();
    EXPECT_GE(after.batches, std::count(said.begin(), said.end(), '.'));
    EXPECT_EQ(after.content, content_after(after.batches));
    std::filesystem::remove_all(database());
  }
}

// A check of the check: it must notice a backend that writes rows and metadata one after the other.
TEST_F(RocksdbCrashTest, NoticesRowsWithoutTheirMetadata) {
  const auto writer = start({{"PAWL_CRASH_AT", "writer.between:20"}}, "two_parts");
  ASSERT_EQ(writer->wait_for(60), -SIGKILL) << writer->output();

  const Left after = left();

  EXPECT_EQ(after.batches, 19);
  EXPECT_NE(after.content, content_after(after.batches));
}

}  // namespace
}  // namespace pawl::test

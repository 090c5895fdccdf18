#include <pawl/model/guarded.h>

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace pawl {
namespace {

TEST(Guarded, LetsOneThreadInAtATime) {
  Guarded<std::vector<int>> numbers;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int turn = 0; turn < 1'000; ++turn) {
        numbers.with([](auto& list) { list.push_back(list.empty() ? 0 : list.back() + 1); });
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }

  const Guarded<std::vector<int>>& readable = numbers;
  EXPECT_EQ(readable.with([](const auto& list) { return list.back(); }), 3'999);
}

TEST(Guarded, HoldsWhatCannotBeCopied) {
  Guarded<std::unique_ptr<int>> guarded(std::make_unique<int>(5));
  const std::unique_ptr<int> taken = guarded.with([](auto& held) { return std::move(held); });

  EXPECT_EQ(*taken, 5);
  EXPECT_EQ(guarded.with([](auto& held) { return held.get(); }), nullptr);
}

}  // namespace
}  // namespace pawl

#include <pawl/engine/application.h>
#include <pawl/engine/restore_listener.h>
#include <pawl/model/guarded.h>

#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <string>
#include <unistd.h>
#include <utility>

namespace pawl {
namespace {

constexpr int kBarWidth = 30;

double fraction_of(std::int64_t done, std::int64_t all) {
  return all == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(all);
}

// One bar over all stores that are being restored.
class TerminalProgressBar final : public RestoreListener {
 public:
  TerminalProgressBar() : terminal_(::isatty(STDERR_FILENO) == 1) {}

  void on_start(const RestoreProgress& progress) override { update(progress); }
  void on_batch(const RestoreProgress& progress) override { update(progress); }
  void on_end(const RestoreProgress& progress) override {
    stores_.with([&](Stores& stores) {
      stores.running[key_of(progress)] = progress;
      draw(stores);
      const bool all_done =
          std::all_of(stores.running.begin(), stores.running.end(),
                      [](const auto& entry) { return entry.second.at >= entry.second.end; });
      if (all_done) {
        finish(stores);
      }
    });
  }
  void on_suspended(const RestoreProgress& progress) override {
    stores_.with([&](Stores& stores) {
      stores.running.erase(key_of(progress));
      if (stores.running.empty()) {
        finish(stores);
      }
    });
  }

 private:
  struct Stores {
    std::map<std::string, RestoreProgress> running;
    int shown_percent = -1;
  };

  static std::string key_of(const RestoreProgress& progress) {
    return to_string(progress.task) + "/" + progress.store;
  }

  void update(const RestoreProgress& progress) {
    stores_.with([&](Stores& stores) {
      stores.running[key_of(progress)] = progress;
      draw(stores);
    });
  }

  void draw(Stores& stores) const {
    std::int64_t done = 0;
    std::int64_t all = 0;
    std::uint64_t records = 0;
    double seconds = 0;
    for (const auto& [key, progress] : stores.running) {
      done += progress.at.value() - progress.from.value();
      all += progress.end.value() - progress.from.value();
      records += progress.records;
      seconds = std::max(seconds, std::chrono::duration<double>(progress.elapsed).count());
    }
    const double fraction = fraction_of(done, all);
    const int percent = static_cast<int>(fraction * 100);
    if (percent == stores.shown_percent || (!terminal_ && percent % 10 != 0)) {
      return;
    }
    stores.shown_percent = percent;
    const int filled = static_cast<int>(fraction * kBarWidth);
    const double rate = seconds > 0 ? static_cast<double>(records) / seconds : 0;
    const double left = rate > 0 ? static_cast<double>(all - done) / rate : 0;
    fmt::print(stderr, "{}restoring [{}{}] {:3}% {} stores, {:.0f} records/s, {:.0f} s left{}",
               terminal_ ? "\r\x1b[K" : "", std::string(static_cast<std::size_t>(filled), '#'),
               std::string(static_cast<std::size_t>(kBarWidth - filled), '.'), percent,
               stores.running.size(), rate, left, terminal_ ? "" : "\n");
    std::fflush(stderr);
  }

  void finish(Stores& stores) const {
    if (terminal_) {
      fmt::print(stderr, "\r\x1b[K");
      std::fflush(stderr);
    }
    stores = Stores{};
  }

  bool terminal_;
  Guarded<Stores> stores_;
};

}  // namespace

std::shared_ptr<RestoreListener> terminal_progress_bar() {
  return std::make_shared<TerminalProgressBar>();
}

}  // namespace pawl

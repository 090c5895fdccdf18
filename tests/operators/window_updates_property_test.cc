// Every update of windowed aggregations over random input, against models made from the definition:
// an event updates each window that it lies in once, begins those that it makes, and nothing else
// is sent. Final results do not show an update that comes twice, or one of another window.
#include "operators/window_scene.h"

#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

// key, start, end, count (nothing: deleted), timestamp
using Update =
    std::tuple<std::string, std::int64_t, std::int64_t, std::optional<std::int64_t>, std::int64_t>;
// What each event sends.
using Updates = std::vector<std::vector<Update>>;

std::vector<Update> sorted(std::vector<Update> updates) {
  std::sort(updates.begin(), updates.end());
  return updates;
}

struct HoppingModel {
  static auto windows(const WindowScene& scene) {
    return HoppingWindows::of(milliseconds(scene.length))
        .advance_by(milliseconds(scene.advance))
        .grace(milliseconds(scene.grace));
  }
  static Serde<Windowed<std::string>> key(const WindowScene& scene) {
    return serde::time_windowed(serde::string(), milliseconds(scene.length));
  }
  static constexpr Lateness kLateness = Lateness::some;

  static Updates updates_of(const WindowScene& scene) {
    std::map<std::pair<std::string, std::int64_t>, std::pair<std::int64_t, std::int64_t>> counts;
    Updates updates;
    std::int64_t latest = -1;
    for (const WindowEvent& event : scene.events) {
      latest = std::max(latest, event.time);
      std::vector<Update>& of_event = updates.emplace_back();
      for (std::int64_t start = event.time / scene.advance * scene.advance;
           start >= 0 && start + scene.length > event.time; start -= scene.advance) {
        if (start + scene.length + scene.grace > latest) {
          auto& [count, time] = counts.try_emplace({event.key, start}, 0, 0).first->second;
          ++count;
          time = std::max(time, event.time);
          of_event.emplace_back(event.key, start, start + scene.length, count, time);
        }
      }
    }
    return updates;
  }
};

// For events of which none is late: windows end at each event and begin behind each.
struct SlidingModel {
  static auto windows(const WindowScene& scene) {
    return SlidingWindows::of_time_difference(milliseconds(scene.length))
        .grace(milliseconds(scene.grace));
  }
  static Serde<Windowed<std::string>> key(const WindowScene& scene) {
    return serde::time_windowed(serde::string(), milliseconds(scene.length));
  }
  static constexpr Lateness kLateness = Lateness::none;

  static Updates updates_of(const WindowScene& scene) {
    Updates updates;
    std::map<std::string, std::vector<std::int64_t>> times;
    std::map<std::string, std::set<std::int64_t>> starts;
    for (const WindowEvent& event : scene.events) {
      std::vector<std::int64_t>& of_key = times[event.key];
      of_key.push_back(event.time);
      std::set<std::int64_t>& known = starts[event.key];
      std::set<std::int64_t> now;
      // Those of events that are too far away have not changed.
      for (const std::int64_t time : of_key) {
        if (std::abs(time - event.time) <= 3 * scene.length + 3) {
          now.insert(std::max<std::int64_t>(0, time - scene.length));
          now.insert(time + 1);
        }
      }
      std::vector<Update>& of_event = updates.emplace_back();
      for (const std::int64_t start : now) {
        std::int64_t count = 0;
        std::int64_t latest = -1;
        for (const std::int64_t time : of_key) {
          if (time >= start && time <= start + scene.length) {
            ++count;
            latest = std::max(latest, time);
          }
        }
        const bool holds = event.time >= start && event.time <= start + scene.length;
        if (count > 0 && (known.insert(start).second || holds)) {
          of_event.emplace_back(event.key, start, start + scene.length, count, latest);
        }
      }
    }
    return updates;
  }
};

struct SessionModel {
  static auto windows(const WindowScene& scene) {
    return SessionWindows::with_inactivity_gap(milliseconds(scene.length))
        .grace(milliseconds(scene.grace));
  }
  static Serde<Windowed<std::string>> key(const WindowScene& /*scene*/) {
    return serde::session_windowed(serde::string());
  }
  static constexpr Lateness kLateness = Lateness::some;

  static Updates updates_of(const WindowScene& scene) {
    struct Session {
      std::int64_t start;
      std::int64_t end;
      std::int64_t count;
    };
    std::map<std::string, std::vector<Session>> sessions;
    Updates updates;
    std::int64_t latest = -1;
    for (const WindowEvent& event : scene.events) {
      latest = std::max(latest, event.time);
      const std::int64_t close = latest - scene.length - scene.grace;
      std::vector<Update>& of_event = updates.emplace_back();
      std::vector<Session>& of_key = sessions[event.key];
      std::erase_if(of_key, [&](const Session& session) { return session.end < close; });
      Session made{event.time, event.time, 1};
      std::vector<Update> deleted;
      std::vector<Session> others;
      for (const Session& session : of_key) {
        if (session.end + scene.length < event.time || session.start > event.time + scene.length) {
          others.push_back(session);
          continue;
        }
        made = {std::min(made.start, session.start), std::max(made.end, session.end),
                made.count + session.count};
        deleted.emplace_back(event.key, session.start, session.end, std::nullopt, session.end);
      }
      if (made.end < close) {
        continue;
      }
      if (made.start != event.time || made.end != event.time) {
        of_event = std::move(deleted);
      }
      of_event.emplace_back(event.key, made.start, made.end, made.count, made.end);
      others.push_back(made);
      of_key = std::move(others);
    }
    return updates;
  }
};

template <class Model>
Topology counts_of(const WindowScene& scene) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(Model::windows(scene))
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

// Cuts what was read into what each event has sent, which the model says how much it is.
template <class Model>
void expect_updates_of_model(unsigned seed, CaseStore store) {
  const WindowScene scene = draw_window_scene(seed, Model::kLateness);
  CaseRun run(counts_of<Model>(scene), seed, store, scene.events.size(), CaseSources::one);
  auto in = run.driver().template input<std::string, std::string>("in");
  for (const WindowEvent& event : scene.events) {
    in.pipe(event.key, "v", Timestamp(event.time));
    run.after_input();
  }
  run.finish();

  auto out =
      run.driver().template output<Windowed<std::string>, std::int64_t>("out", Model::key(scene));
  const auto read = out.read_all();
  auto next = read.begin();
  const Updates expected = Model::updates_of(scene);
  for (std::size_t event = 0; event < expected.size(); ++event) {
    std::vector<Update> seen;
    for (; seen.size() < expected[event].size() && next != read.end(); ++next) {
      seen.emplace_back(next->key->key, next->key->window.start.value(),
                        next->key->window.end.value(), next->value, next->timestamp.value());
    }
    ASSERT_EQ(sorted(seen), sorted(expected[event])) << "event " << event;
  }
  EXPECT_EQ(read.end() - next, 0);
}

class WindowUpdatesProperty : public ::testing::TestWithParam<CaseStore> {};

TEST_P(WindowUpdatesProperty, OfHoppingWindows) {
  for_each_seed(GetParam(),
                [](unsigned seed) { expect_updates_of_model<HoppingModel>(seed, GetParam()); });
}
TEST_P(WindowUpdatesProperty, OfSlidingWindows) {
  for_each_seed(GetParam(),
                [](unsigned seed) { expect_updates_of_model<SlidingModel>(seed, GetParam()); });
}
TEST_P(WindowUpdatesProperty, OfSessions) {
  for_each_seed(GetParam(),
                [](unsigned seed) { expect_updates_of_model<SessionModel>(seed, GetParam()); });
}

INSTANTIATE_TEST_SUITE_P(Stores, WindowUpdatesProperty, ::testing::ValuesIn(kCaseStores),
                         name_of_store);

}  // namespace
}  // namespace pawl::test

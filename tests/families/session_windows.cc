// Count per session, with sessions that grow together and records that are late: every update once,
// and what is late stays late in whatever process.
#include "families/comparison.h"
#include "families/families.h"
#include "families/late_records.h"

#include <pawl/model/bytes.h>
#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>
#include <pawl/serde/windowed.h>

#include <algorithm>

namespace pawl::test {
namespace {

constexpr int kKeys = 40;
constexpr int kRecordsPerStep = 200;
constexpr std::chrono::milliseconds kGap{100};
constexpr std::chrono::milliseconds kGrace{2 * kEpochLength};

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  builder.stream<std::string, std::string>(prefix + "in")
      .group_by_key()
      .windowed_by(SessionWindows::with_inactivity_gap(kGap).grace(kGrace))
      .count(Materialized::as("sessions").retention(std::chrono::hours(1)))
      .to_stream()
      .to(prefix + "out", Produced::with(serde::session_windowed(serde::string()), serde::int64()));
  return builder.build();
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    std::vector<StoredRecord> records = late_records(epoch);
    for (int record = 0; record < kRecordsPerStep; ++record) {
      records.push_back(to_send(dice.key("k", kKeys), dice.unique(), dice.time_in(epoch)));
    }
    steps.push_back({{"in", std::move(records)}});
  }
  return steps;
}

// The sessions of a key, by start and end, with their counts.
using Sessions = std::map<std::pair<Timestamp, Timestamp>, std::int64_t>;

Sessions sessions_of(std::vector<Timestamp> times) {
  std::sort(times.begin(), times.end());
  Sessions sessions;
  for (std::size_t first = 0; first < times.size();) {
    std::size_t end = first + 1;
    while (end < times.size() && times[end] - times[end - 1] <= kGap) {
      ++end;
    }
    sessions[{times[first], times[end - 1]}] = static_cast<std::int64_t>(end - first);
    first = end;
  }
  return sessions;
}

Bytes key_of(const std::string& key, const std::pair<Timestamp, Timestamp>& session) {
  return serde::session_windowed(serde::string())
      .encode(Windowed<std::string>{key, Window{session.first, session.second}});
}

std::string update_text(const Bytes& key, const std::optional<std::int64_t>& count) {
  Windowed<std::string> session;
  const bool readable = serde::session_windowed(serde::string()).decode(key, session).has_value();
  return (readable ? session.key : "?") + "[" +
         std::to_string(session.window.start.value() - kFirstEpoch) + ".." +
         std::to_string(session.window.end.value() - kFirstEpoch) +
         "]=" + (count.has_value() ? std::to_string(*count) : "(null)");
}

// From scratch for every record: what it changes in the sessions of its key.
void check(const TopicRecords& topics, Differences& differences) {
  std::map<std::string, std::vector<Timestamp>> times;
  Texts wanted;
  Rows rows;
  for (const StoredRecord& record : topics.at("in")) {
    if (is_late(record)) {
      continue;
    }
    std::vector<Timestamp>& of_key = times[*record.key];
    const Sessions before = sessions_of(of_key);
    of_key.push_back(record.timestamp);
    const Sessions after = sessions_of(of_key);
    for (const auto& [session, count] : before) {
      const auto now = after.find(session);
      const bool unchanged = now != after.end() && now->second == count;
      // As in Kafka Streams a session is deleted before it comes back with one more, but for one of
      // a single time.
      if (!unchanged && (now == after.end() || session.first < session.second)) {
        wanted.insert(update_text(key_of(*record.key, session), std::nullopt));
      }
    }
    for (const auto& [session, count] : after) {
      const auto former = before.find(session);
      if (former == before.end() || former->second != count) {
        wanted.insert(update_text(key_of(*record.key, session), count));
      }
    }
  }
  for (const auto& [key, of_key] : times) {
    for (const auto& [session, count] : sessions_of(of_key)) {
      rows[update_text(key_of(key, session), std::nullopt)] = std::to_string(count);
    }
  }
  Texts got;
  Rows got_rows;
  for (const StoredRecord& record : topics.at("out")) {
    const auto count = record.value.has_value() ? std::optional(count_of(record)) : std::nullopt;
    got.insert(update_text(*record.key, count));
    const std::string session = update_text(*record.key, std::nullopt);
    if (count.has_value()) {
      got_rows[session] = std::to_string(*count);
    } else {
      got_rows.erase(session);
    }
  }
  compare("out", wanted, got, differences);
  compare("sessions of out", rows, got_rows, differences);
}

}  // namespace

Family session_windows() {
  return {.name = "SessionWindows",
          .inputs = {{"in"}},
          .outputs = {"out"},
          .topology = topology,
          .steps = steps,
          .check = check};
}

}  // namespace pawl::test

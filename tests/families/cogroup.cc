// Two streams in one aggregate, with the record cache on: fewer results than records, and all
// records in the last one.
#include "families/comparison.h"
#include "families/families.h"

#include <pawl/operators/cogrouped_stream.h>
#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>

#include <sstream>

namespace pawl::test {
namespace {

constexpr int kKeys = 20;
constexpr int kRecordsPerStep = 200;
constexpr std::size_t kCacheBytes = 1U << 20U;

// How many records of each stream there were, and the sums of their numbers.
struct Totals {
  std::int64_t clicks = 0;
  std::int64_t click_sum = 0;
  std::int64_t orders = 0;
  std::int64_t order_sum = 0;

  static Totals from(const std::string& text) {
    Totals totals;
    std::istringstream(text) >> totals.clicks >> totals.click_sum >> totals.orders >>
        totals.order_sum;
    return totals;
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream text;
    text << clicks << ' ' << click_sum << ' ' << orders << ' ' << order_sum;
    return text.str();
  }
};

std::string with_click(const std::string&, const std::string& click, const std::string& before) {
  Totals totals = Totals::from(before);
  ++totals.clicks;
  totals.click_sum += std::stoll(click);
  return totals.text();
}

std::string with_order(const std::string&, const std::string& order, const std::string& before) {
  Totals totals = Totals::from(before);
  ++totals.orders;
  totals.order_sum += std::stoll(order);
  return totals.text();
}

Topology topology(const std::string& prefix) {
  StreamBuilder builder;
  const auto clicks = builder.stream<std::string, std::string>(prefix + "clicks").group_by_key();
  const auto orders = builder.stream<std::string, std::string>(prefix + "orders").group_by_key();
  clicks.cogroup<std::string>(with_click)
      .cogroup(orders, with_order)
      .aggregate([] { return std::string("0 0 0 0"); }, Materialized::as("totals"))
      .to_stream()
      .to(prefix + "out");
  return builder.build();
}

std::vector<TopicRecords> steps(Dice& dice) {
  std::vector<TopicRecords> steps;
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    TopicRecords step;
    for (const char* const topic : {"clicks", "orders"}) {
      for (int record = 0; record < kRecordsPerStep; ++record) {
        step[topic].push_back(to_send(dice.key("k", kKeys), dice.unique(), dice.time_in(epoch)));
      }
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

void check(const TopicRecords& topics, Differences& differences) {
  Rows wanted;
  for (const StoredRecord& click : topics.at("clicks")) {
    wanted[*click.key] = with_click(*click.key, *click.value, wanted[*click.key]);
  }
  for (const StoredRecord& order : topics.at("orders")) {
    wanted[*order.key] = with_order(*order.key, *order.value, wanted[*order.key]);
  }
  const std::vector<StoredRecord>& out = topics.at("out");
  compare("out", wanted, rows_of(out), differences);
  // A commit empties the cache into the changelog and into the output alike. So what was sent by a
  // transaction that came to nothing has no counterpart.
  compare("out beside the changelog", texts_of(topics.at("totals-changelog")), texts_of(out),
          differences);
  std::map<std::string, std::int64_t> taken;
  for (const StoredRecord& record : out) {
    const Totals totals = Totals::from(*record.value);
    std::int64_t& last = taken[*record.key];
    if (totals.clicks + totals.orders <= last) {
      differences.tell("out: ", *record.key, ": ", *record.value, " comes after ", last,
                       " records");
    }
    last = totals.clicks + totals.orders;
  }
  const std::size_t records = topics.at("clicks").size() + topics.at("orders").size();
  if (out.size() >= records) {
    differences.tell("out: ", out.size(), " results of ", records, " records: nothing was cached");
  }
}

}  // namespace

Family cogroup() {
  return {.name = "CogroupWithCache",
          .inputs = {{"clicks"}, {"orders"}},
          .outputs = {"out"},
          .topology = topology,
          .steps = steps,
          .check = check,
          .record_cache_bytes_max = kCacheBytes};
}

}  // namespace pawl::test

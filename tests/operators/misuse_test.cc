// What cannot be meant is refused while the topology is composed, by its name and with the remedy.
#include <pawl/operators/dsl.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace pawl::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Returns: the message of the TopologyError that `act` throws.
std::string mistake(const std::function<void()>& act) {
  try {
    act();
  } catch (const TopologyError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

struct PassOn final : Processor<std::string, std::string> {
  void process(const Record<std::string, std::string>& /*record*/) override {}
};
struct Keep final : FixedKeyProcessor<std::string, std::string> {
  void process(const FixedKeyRecord<std::string, std::string>& /*record*/) override {}
};

// In one expression it does not compile (side_output_of_a_merge).
TEST(Misuse, ASideOutputOfAMerge) {
  StreamBuilder builder;
  const auto online = builder.stream<std::string, std::string>("online");
  const auto shops = builder.stream<std::string, std::string>("shops");
  const Stream<std::string, std::string> diverting = shops.dropped_to("without-key");
  const auto message = AllOf(HasSubstr("'all'"), HasSubstr("side output"), HasSubstr("dropped_to"));

  EXPECT_THAT(mistake([&] { (void)online.merge(diverting, Named::as("all")); }), message);
  EXPECT_THAT(mistake([&] { (void)diverting.merge(online, Named::as("all")); }), message);
}

TEST(Misuse, AStoreThatIsLimitedToNothing) {
  const auto message = AllOf(HasSubstr("'latest'"), HasSubstr("0 keys"), HasSubstr("at least one"));
  StreamBuilder table;
  table.stream<std::string, std::string>("in").to_table(Materialized::as_lru_map("latest", 0));
  EXPECT_THAT(mistake([&] { (void)table.build(); }), message);

  TopologyBuilder by_hand;
  const auto source = by_hand.source("in", {"in"}, serde::string(), serde::string());
  by_hand.add_store(stores::lru_map<std::string, std::string>("latest", 0));
  by_hand.processor("p", [] { return std::make_unique<PassOn>(); }, source, {"latest"});
  EXPECT_THAT(mistake([&] { (void)by_hand.build(); }), message);
}

TEST(Misuse, ARetentionOfATableWithoutWindows) {
  StreamBuilder builder;
  const auto grouped = builder.stream<std::string, std::string>("in").group_by_key();

  EXPECT_THAT(
      mistake([&] { grouped.count(Materialized::as("counts").retention(std::chrono::hours(1))); }),
      AllOf(HasSubstr("'counts'"), HasSubstr("leave Materialized::retention out")));
}

TEST(Misuse, NowhereToPrintTo) {
  EXPECT_THAT(mistake([] { (void)Printed::to(nullptr); }), HasSubstr("Printed::to"));
}

TEST(Misuse, ASupplierThatMakesNothing) {
  const auto message = AllOf(HasSubstr("'step'"), HasSubstr("a new processor at each call"));
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::string>("in");
  EXPECT_THAT(mistake([&] {
                stream.process([] { return std::unique_ptr<PassOn>(); }, {}, Named::as("step"));
              }),
              message);
  EXPECT_THAT(mistake([&] {
                stream.process_values([] { return std::unique_ptr<Keep>(); }, {},
                                      Named::as("step"));
              }),
              message);

  TopologyBuilder by_hand;
  const auto source = by_hand.source("in", {"in"}, serde::string(), serde::string());
  EXPECT_THAT(
      mistake([&] { by_hand.processor("step", [] { return std::unique_ptr<PassOn>(); }, source); }),
      message);
}

}  // namespace
}  // namespace pawl::test

// Types without a DefaultSerde: every verb takes the serde that the stream or table carries, and
// says so before anything starts when there is none.
#include "operators/driver_reading.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <utility>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using testing::TopologyDriver;

struct Flight {
  std::string number;
};
static_assert(!HasDefaultSerde<Flight>);

// On the wire in brackets, so that no other serde is taken for it.
class FlightCodec final : public Codec<Flight> {
 public:
  void encode(const Flight& flight, Bytes& out) const override { out += "<" + flight.number + ">"; }
  Result<void> decode(BytesView bytes, Flight& flight) const override {
    if (bytes.size() < 2 || bytes.front() != '<' || bytes.back() != '>') {
      return Error{ErrorKind::invalid_record, "no flight"};
    }
    flight.number = bytes.substr(1, bytes.size() - 2);
    return {};
  }
};

Serde<Flight> flight_serde() {
  return Serde<Flight>(std::make_shared<FlightCodec>());
}

Stream<std::string, Flight> flights(StreamBuilder& builder) {
  return builder.stream("in", serde::string(), flight_serde());
}

Flight joined(const Flight& first, const Flight& last) {
  return {first.number + "+" + last.number};
}

std::string origin(const Flight& flight) {
  return flight.number.substr(0, 1);
}

void take(const std::string& /*key*/, const Flight& flight, Flight& aggregate) {
  aggregate = joined(aggregate, flight);
}

// A driver with a topic "in" of flights, whose outputs are read as text.
struct Driven {
  explicit Driven(const StreamBuilder& builder)
      : driver(builder.build()),
        in(driver.input<std::string, std::string>("in")),
        out(driver.output<std::string, std::string>("out")) {}
  void pipe(const char* key, const char* value, std::int64_t time) {
    in.pipe(key, value, Timestamp(time));
  }
  std::vector<std::string> read() { return lines(out); }
  TopologyDriver driver;
  testing::InputTopic<std::string, std::string> in;
  testing::OutputTopic<std::string, std::string> out;
};

TEST(CarriedSerde, IsTakenBySuppressAndTheSinkBehindIt) {
  StreamBuilder builder;
  flights(builder)
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
      .aggregate([] { return Flight{"0"}; }, take, Materialized::as("joined"), {}, flight_serde())
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input("in", serde::string(), flight_serde());
  auto out =
      driver.output("out", serde::time_windowed(serde::string(), milliseconds(10)), flight_serde());

  in.pipe("k", Flight{"A1"}, Timestamp(1));
  in.pipe("k", Flight{"A2"}, Timestamp(2));
  in.pipe("z", Flight{"A3"}, Timestamp(50));

  const auto final_result = out.read();
  EXPECT_EQ(final_result->key->key, "k");
  EXPECT_EQ(final_result->value->number, "0+A1+A2");
  EXPECT_TRUE(out.empty());
}

TEST(CarriedSerde, OfAKeyIsTakenBySuppressAndTheSinkBehindIt) {
  StreamBuilder builder;
  builder.stream("in", flight_serde(), serde::string())
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(10)).no_grace())
      .count()
      .suppress(Suppressed::until_window_closes(Buffer::unbounded()))
      .to_stream()
      .to("out");
  TopologyDriver driver(builder.build());
  auto in = driver.input("in", flight_serde(), serde::string());
  auto out =
      driver.output("out", serde::time_windowed(flight_serde(), milliseconds(10)), serde::int64());

  in.pipe(Flight{"A1"}, "v", Timestamp(1));
  in.pipe(Flight{"A2"}, "v", Timestamp(50));

  const auto final_result = out.read();
  EXPECT_EQ(final_result->key->key.number, "A1");
  EXPECT_EQ(final_result->value, 1);
}

TEST(CarriedSerde, OfATableIsTakenByJoins) {
  StreamBuilder builder;
  const auto planned = builder.table("planned", serde::string(), flight_serde());
  const auto name_both = [](const Flight& flight, const Flight* plan) {
    return flight.number + " for " + (plan == nullptr ? "none" : plan->number);
  };
  flights(builder).left_join(planned, name_both).to("out");
  Driven test(builder);
  auto table = test.driver.input("planned", serde::string(), flight_serde());

  test.pipe("k", "<A1>", 1);
  table.pipe("k", Flight{"B1"}, Timestamp(2));
  test.pipe("k", "<A2>", 3);

  EXPECT_THAT(test.read(), ElementsAre("k=A1 for none@1", "k=A2 for B1@3"));
}

TEST(CarriedSerde, OfAnAggregateIsTakenByAJoinBehindAnotherKey) {
  StreamBuilder builder;
  const auto seen = flights(builder).group_by(origin).aggregate(
      [] { return Flight{"0"}; }, take, Materialized::as("joined"), {}, flight_serde());
  builder.stream("late", serde::string(), flight_serde())
      .select_key(origin)
      .join(seen, [](const Flight& late, const Flight& all) { return joined(late, all).number; })
      .to("out");
  Driven test(builder);
  auto late = test.driver.input("late", serde::string(), flight_serde());

  test.pipe("k1", "<A1>", 1);
  test.pipe("k2", "<A2>", 2);
  late.pipe("k3", Flight{"A3"}, Timestamp(3));

  EXPECT_THAT(test.read(), ElementsAre("A=A3+0+A1+A2@3"));
}

TEST(CarriedSerde, IsTakenByDeduplicationBehindAnotherKey) {
  StreamBuilder builder;
  flights(builder)
      .select_key(origin)
      .deduplicate(Deduplication::by_key().within(milliseconds(10)))
      .to("out");
  Driven test(builder);

  test.pipe("k1", "<A1>", 1);
  test.pipe("k2", "<A2>", 2);
  test.pipe("k3", "<B1>", 3);

  EXPECT_THAT(test.read(), ElementsAre("A=<A1>@1", "B=<B1>@3"));
}

TEST(CarriedSerde, OfAKeyIsTakenByDeduplication) {
  StreamBuilder builder;
  builder.stream("in", flight_serde(), serde::string())
      .deduplicate(Deduplication::by_key().within(milliseconds(10)))
      .to("out");
  Driven test(builder);

  test.pipe("<A1>", "first", 1);
  test.pipe("<A1>", "second", 2);

  EXPECT_THAT(test.read(), ElementsAre("<A1>=first@1"));
}

TEST(CarriedSerde, IsTakenByRepartitionTopicsStoresAndSinks) {
  StreamBuilder builder;
  flights(builder).repartition().group_by(origin).reduce(joined).to_stream().to("out");
  Driven test(builder);

  test.pipe("k1", "<A1>", 1);
  test.pipe("k2", "<A2>", 2);

  EXPECT_THAT(test.read(), ElementsAre("A=<A1>@1", "A=<A1+A2>@2"));
}

TEST(CarriedSerde, GoesThroughFiltersAndBranches) {
  StreamBuilder builder;
  const auto is_a = [](const Flight& flight) { return origin(flight) == "A"; };
  auto branches = flights(builder)
                      .filter([](const Flight& flight) { return !flight.number.empty(); })
                      .split(Named::as("by-"))
                      .branch(is_a, "a")
                      .default_branch("other");
  branches.at("by-a").merge(branches.at("by-other")).to("out");
  Driven test(builder);

  test.pipe("k", "<A1>", 1);
  test.pipe("k", "<B1>", 2);

  EXPECT_THAT(test.read(), ElementsAre("k=<A1>@1", "k=<B1>@2"));
}

TEST(CarriedSerde, OfEitherStreamServesBothOnceTheyAreMerged) {
  StreamBuilder builder;
  const auto parsed = builder.stream<std::string, std::string>("lines").map_values(
      [](const std::string& line) { return Flight{line}; });
  parsed.merge(flights(builder)).to("out");
  Driven test(builder);

  test.driver.input<std::string, std::string>("lines").pipe("k", "A1", Timestamp(1));
  test.pipe("k", "<A2>", 2);

  EXPECT_THAT(test.read(), ElementsAre("k=<A1>@1", "k=<A2>@2"));
}

// A type whose default differs from what the stream carries: the stream's is taken.
TEST(CarriedSerde, ComesBeforeTheDefault) {
  class Quoted final : public Codec<std::string> {
   public:
    void encode(const std::string& text, Bytes& out) const override { out += "'" + text + "'"; }
    Result<void> decode(BytesView bytes, std::string& text) const override {
      text = bytes;
      return {};
    }
  };
  StreamBuilder builder;
  builder.stream("in", serde::string(), Serde<std::string>(std::make_shared<Quoted>())).to("out");
  Driven test(builder);

  test.pipe("k", "v", 1);

  EXPECT_THAT(test.read(), ElementsAre("k='v'@1"));
}

// A stream in a variable of the plain type: its type does not say any more that it lacks a serde.
Stream<std::string, Flight> parsed_flights(StreamBuilder& builder) {
  return builder.stream<std::string, std::string>("in").map_values(
      [](const std::string& line) { return Flight{line}; }, Named::as("parse"));
}

TEST(NoSerde, IsToldWithNodeAndRemedyBeforeAnythingStarts) {
  const auto tells =
      ThrowsMessage<TopologyError>(AllOf(HasSubstr("the values behind node 'parse' have no serde"),
                                         HasSubstr("Produced::with"), HasSubstr("DefaultSerde")));
  StreamBuilder builder;
  const auto parsed = parsed_flights(builder);

  EXPECT_THAT([&] { parsed.to("out"); }, tells);
  EXPECT_THAT([&] { parsed.repartition(); }, tells);
  EXPECT_THAT([&] { parsed.group_by_key(); }, tells);
}

TEST(NoSerde, OfADeduplicatedStreamMattersOnlyBehindAnotherKey) {
  const auto unique = Deduplication::by_key().within(milliseconds(10));
  StreamBuilder builder;
  const auto parsed = parsed_flights(builder);

  EXPECT_NO_THROW(parsed.deduplicate(unique));
  const Stream<std::string, Flight> by_origin = parsed.select_key(origin, Named::as("by-origin"));
  EXPECT_THAT([&] { by_origin.deduplicate(unique); },
              ThrowsMessage<TopologyError>(
                  AllOf(HasSubstr("the values behind node 'by-origin' have no serde"),
                        HasSubstr("repartition()"))));
}

}  // namespace
}  // namespace pawl::test

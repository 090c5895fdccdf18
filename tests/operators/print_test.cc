// Lines for every record.
#include "operators/driver_reading.h"
#include "support/temporary_directory.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TopologyDriver;

class Lines final : public Printed::Target {
 public:
  void write_line(std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

TEST(Print, WritesKeyAndValueBehindALabel) {
  const auto written = std::make_shared<Lines>();
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::int64_t>("in");
  stream.print(Printed::to(written));
  stream.print(Printed::to(written).label("numbers").named("printer"));
  stream.group_by_key()
      .windowed_by(TumblingWindows::of(std::chrono::milliseconds(10)).no_grace())
      .count()
      .to_stream()
      .print(Printed::to(written).label("counts"));
  const Topology topology = builder.build();
  TopologyDriver driver(topology);

  driver.input<std::string, std::int64_t>("in").pipe({"k", std::nullopt, Timestamp(12), {}});

  EXPECT_THAT(written->lines, ElementsAre("[KSTREAM-SOURCE-0000000000]: k, null",
                                          "[numbers]: k, null", "[counts]: [k@10/20], 1"));
  EXPECT_THAT(topology.describe(), HasSubstr("Processor: KSTREAM-PRINTER-0000000001"));
  EXPECT_THAT(topology.describe(), HasSubstr("Processor: printer"));
}

TEST(Print, WritesWhatAFunctionMakesOfTheRecord) {
  const auto written = std::make_shared<Lines>();
  StreamBuilder builder;
  const auto stream = builder.stream<std::string, std::int64_t>("in");
  stream.print([](const std::string& key,
                  const std::int64_t& value) { return key + " has " + std::to_string(value); },
               Printed::to(written).label("numbers"));
  stream.print([](const std::int64_t* value) { return value == nullptr ? "none" : "some"; },
               Printed::to(written).label("values"));
  TopologyDriver driver(builder.build());

  driver.input<std::string, std::int64_t>("in").pipe("k", 12, Timestamp(1));

  EXPECT_THAT(written->lines, ElementsAre("[numbers]: k has 12", "[values]: some"));
}

TEST(Print, WritesToAFile) {
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "lines").string();
  StreamBuilder builder;
  builder.stream<std::string, std::string>("in").print(Printed::to_file(path).label("all"));
  TopologyDriver driver(builder.build());

  driver.input<std::string, std::string>("in").pipe("k", "v", Timestamp(1));

  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(text.str(), "[all]: k, v\n");
  EXPECT_THROW((void)Printed::to_file(path + "/nowhere"), TopologyError);
}

}  // namespace
}  // namespace pawl::test

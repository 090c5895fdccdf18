// Every family of operators on a real broker, exactly-once: two instances, each killed once in the
// middle of its work and back with an empty directory. The controls show that the checks can see.
#include "families/families.h"

#include "integration/family_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace pawl::test {
namespace {

using ::testing::Each;
using ::testing::Gt;
using ::testing::IsEmpty;
using ::testing::Not;

unsigned seed() {
  const char* const given = std::getenv("PAWL_TEST_SEED");
  const unsigned seed =
      given == nullptr ? std::random_device{}() : static_cast<unsigned>(std::stoul(given));
  std::printf("seed %u (repeat with PAWL_TEST_SEED)\n", seed);
  return seed;
}

class FamilyTest : public ::testing::TestWithParam<Family> {};

INSTANTIATE_TEST_SUITE_P(, FamilyTest, ::testing::ValuesIn(all_families()),
                         [](const auto& test) { return test.param.name; });

TEST_P(FamilyTest, LosesAndRepeatsNothing) {
  FamilyRun run(GetParam(), seed());

  EXPECT_THAT(run.differences(), IsEmpty());

  // The kill came in the middle: results were out, a transaction was open, input was waiting.
  EXPECT_GT(run.results_at_kill(), 0U);
  EXPECT_GT(run.aborted_records(), 0U);
  EXPECT_GT(run.unconsumed_at_kill(), 0);
  EXPECT_THAT(run.restored_records(), Each(Gt(0)));
}

struct Control {
  std::string name;
  std::string bug;

  friend void PrintTo(const Control& control, std::ostream* out) { *out << control.name; }
};

class FamilyControlTest : public ::testing::TestWithParam<Control> {};

INSTANTIATE_TEST_SUITE_P(
    , FamilyControlTest,
    ::testing::Values(Control{"OutputsOutsideTheTransaction", "outputs_outside_transaction"},
                      Control{"OffsetsOutsideTheTransaction", "offsets_outside_transaction"},
                      Control{"SkippedChangelog", "skip_changelog:"}),
    [](const auto& test) { return test.param.name; });

TEST_P(FamilyControlTest, IsFound) {
  FamilyRun run(session_windows(), seed(), GetParam().bug);

  EXPECT_THAT(run.differences(), Not(IsEmpty())) << "the checks are blind";
}

}  // namespace
}  // namespace pawl::test

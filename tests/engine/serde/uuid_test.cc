#include <pawl/serde/uuid.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <unordered_set>

namespace pawl {
namespace {

using ::testing::HasSubstr;

constexpr const char* kText = "123e4567-e89b-12d3-a456-426614174000";

TEST(Uuid, IsReadFromItsTextInEitherCase) {
  const Uuid uuid = Uuid::parse(kText).value();

  EXPECT_EQ(uuid, (Uuid{0x123e4567e89b12d3ULL, 0xa456426614174000ULL}));
  EXPECT_EQ(Uuid::parse("123E4567-E89B-12D3-A456-426614174000"), uuid);
  EXPECT_EQ(to_string(uuid), kText);
  std::ostringstream out;
  out << uuid;
  EXPECT_EQ(out.str(), kText);
}

TEST(Uuid, IsNotReadFromAnythingElse) {
  for (const char* text :
       {"", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400",
        "123e4567-e89b-12d3-a456-4266141740000", "123e4567-e89b-12d3-a456-42661417400g",
        "123e4567+e89b-12d3-a456-426614174000", "1-1-1-1-1",
        "@23e4567-e89b-12d3-a456-426614174000"}) {
    EXPECT_EQ(Uuid::parse(text), std::nullopt) << text;
  }
}

TEST(Uuid, IsOrderedAsItsTextAndHashed) {
  const Uuid small{1, 2};
  const Uuid large{0x8000000000000000ULL, 0};

  EXPECT_LT(small, large);
  EXPECT_LT(to_string(small), to_string(large));
  EXPECT_EQ((std::unordered_set<Uuid>{small, large, small}.size()), 2U);
}

TEST(UuidSerde, SaysWhatItRefuses) {
  EXPECT_THAT(default_serde<Uuid>().decode("short").error().message, HasSubstr("5 bytes"));
}

}  // namespace
}  // namespace pawl

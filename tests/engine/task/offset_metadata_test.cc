#include "task/offset_metadata.h"

#include <gtest/gtest.h>

namespace pawl::internal {
namespace {

TEST(OffsetMetadata, ComesBackAsItWasCommitted) {
  const OffsetMetadata metadata{Timestamp(7), {{"__pawl.commit", 3}}};

  const std::string text = encode_offset_metadata(metadata);

  EXPECT_FALSE(is_foreign_offset_metadata(text));
  EXPECT_EQ(*decode_offset_metadata(text), metadata);
}

TEST(OffsetMetadata, OfAnotherToolIsNothingKnown) {
  for (const std::string text : {"by hand", "reset", "A===", "aGVsbG8=", "{\"tool\": 1}"}) {
    EXPECT_TRUE(is_foreign_offset_metadata(text)) << text;
    ASSERT_TRUE(decode_offset_metadata(text).has_value()) << text;
    EXPECT_EQ(*decode_offset_metadata(text), OffsetMetadata{}) << text;
  }
  EXPECT_FALSE(is_foreign_offset_metadata("")) << "nobody said anything";
}

TEST(OffsetMetadata, OfOurOwnFormatThatIsCutOffIsAnError) {
  const std::string text = encode_offset_metadata({Timestamp(7), {{"__pawl.commit", 3}}});

  for (const std::size_t size : {4UL, 8UL, text.size() - 4}) {
    const Result<OffsetMetadata> decoded = decode_offset_metadata(text.substr(0, size));
    ASSERT_FALSE(decoded.has_value()) << size;
    EXPECT_EQ(decoded.error().kind, ErrorKind::invalid_record);
  }
}

}  // namespace
}  // namespace pawl::internal

// Records that wait in a store for their time.
#include "statestore/backend_under_test.h"

#include <pawl/statestore/record_buffer.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pawl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

StoreSpec waiting() {
  StoreSpec spec;
  spec.name = "waiting";
  spec.persistence = Persistence::in_memory;
  return spec;
}

class RecordBufferTest : public ::testing::Test {
 protected:
  void put(const std::string& key, const std::string& value, std::int64_t time) {
    buffer_->put(key, value,
                 {Timestamp(time), Offset(7), "in", PartitionId(0), Headers{{"h", Bytes("1")}}});
  }
  std::vector<std::string> evict_until(std::int64_t bound) {
    std::vector<std::string> evicted;
    buffer_->evict(Timestamp(0), Timestamp(bound),
                   [&](BytesView key, BytesView value, const BufferedContext& context) {
                     EXPECT_EQ(context.topic, "in");
                     EXPECT_EQ(context.offset, Offset(7));
                     EXPECT_EQ(context.headers, (Headers{{"h", Bytes("1")}}));
                     evicted.push_back(std::string(key) + "=" + std::string(value) + "@" +
                                       std::to_string(context.timestamp.value()));
                   });
    return evicted;
  }

  std::unique_ptr<StoreBackend> backend_ = make_memory_backend();
  StoreUnderTest store_{*backend_, waiting()};
  std::optional<RecordBuffer> buffer_{static_cast<KeyValueStore&>(store_->store())};
};

TEST_F(RecordBufferTest, GivesRecordsBackInTheOrderOfTimeKeyAndArrival) {
  put("b", "1", 20);
  put("a", "2", 20);
  put("a", "3", 20);
  put("c", "4", 10);
  put("c", "5", 21);

  EXPECT_THAT(evict_until(20), ElementsAre("c=4@10", "a=2@20", "a=3@20", "b=1@20"));
  EXPECT_THAT(evict_until(20), IsEmpty());
  EXPECT_THAT(evict_until(21), ElementsAre("c=5@21"));
}

TEST_F(RecordBufferTest, LooksFromATimeOnInclusive) {
  put("a", "1", 10);
  put("a", "2", 11);
  std::vector<std::string> evicted;

  buffer_->evict(Timestamp(11), Timestamp(20),
                 [&](BytesView /*key*/, BytesView value, const BufferedContext& /*context*/) {
                   evicted.emplace_back(value);
                 });

  EXPECT_THAT(evicted, ElementsAre("2"));
}

TEST_F(RecordBufferTest, AnAbortBringsBackWhatLeft) {
  put("a", "1", 10);
  store_.commit();
  put("a", "2", 10);
  evict_until(10);

  store_->drop();

  EXPECT_THAT(evict_until(10), ElementsAre("a=1@10"));
}

// Kafka Streams numbers from 1 again, and a new record replaces a waiting one of its key and time.
TEST_F(RecordBufferTest, AReopenedBufferDoesNotReplaceWaitingRecords) {
  put("a", "1", 10);
  store_.commit();
  buffer_.emplace(static_cast<KeyValueStore&>(store_->store()));

  put("a", "2", 10);

  EXPECT_THAT(evict_until(10), ElementsAre("a=1@10", "a=2@10"));
}

// Found by a fuzzer: what a changelog gives back must not end the process.
TEST_F(RecordBufferTest, RefusesAStoreWithAKeyThatIsTooShort) {
  auto& store = static_cast<KeyValueStore&>(store_->store());
  store.put("short", NullableBytesView("value"), Timestamp(1));

  try {
    const RecordBuffer buffer(store);
    FAIL() << "it was opened";
  } catch (const StoreFailure& refused) {
    EXPECT_EQ(refused.error().kind, ErrorKind::corrupted_state);
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr("waiting"));
  }
}

TEST_F(RecordBufferTest, ARecordForWhichEmitThrowsStays) {
  put("a", "1", 10);
  put("b", "2", 10);

  EXPECT_THROW(buffer_->evict(Timestamp(0), Timestamp(10),
                              [](BytesView, BytesView, const BufferedContext&) {
                                throw std::runtime_error("no");
                              }),
               std::runtime_error);

  EXPECT_THAT(evict_until(10), ElementsAre("a=1@10", "b=2@10"));
}

}  // namespace
}  // namespace pawl::test

// Offsets that the real client finds: by time, and where logs end.
#include "engine/client/kafka_test.h"

#include <gmock/gmock.h>

namespace pawl::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class OffsetsForTimes : public KafkaTest {
 protected:
  static void send_at(internal::ProducerClient& producer, const std::string& topic,
                      std::int64_t time) {
    OutputRecord record;
    record.topic = &topic;
    record.partition = PartitionId(0);
    record.value = "v";
    record.timestamp = Timestamp(time);
    ASSERT_TRUE(producer.send(record).has_value());
  }
  [[nodiscard]] std::map<TopicPartition, Offset> found(
      const std::map<TopicPartition, Timestamp>& times) const {
    const auto offsets = clients->admin().offsets_for_times(times, kCall);
    EXPECT_TRUE(offsets.has_value()) << offsets.error();
    return *offsets;
  }
};

TEST_F(OffsetsForTimes, AreThoseOfTheFirstRecordThatIsNotOlder) {
  const std::string topic = make_topic(2, {{"retention.ms", "-1"}});
  const TopicPartition where{topic, PartitionId(0)};
  const auto producer = plain_producer(*clients);
  for (const std::int64_t time : {1'000, 5'000, 3'000, 9'000}) {
    send_at(*producer, topic, time);
  }
  ASSERT_TRUE(insist([&] { return producer->flush(kCall); }).has_value());

  EXPECT_THAT(found({{where, Timestamp(0)}}), ElementsAre(Pair(where, Offset(0))));
  EXPECT_THAT(found({{where, Timestamp(1'001)}}), ElementsAre(Pair(where, Offset(1))));
  EXPECT_THAT(found({{where, Timestamp(5'000)}}), ElementsAre(Pair(where, Offset(1))));
  EXPECT_THAT(found({{where, Timestamp(5'001)}}), ElementsAre(Pair(where, Offset(3))));
  EXPECT_THAT(found({{where, Timestamp(9'001)}}), IsEmpty());
  EXPECT_THAT(found({{{topic, PartitionId(1)}, Timestamp(0)}}), IsEmpty()) << "it is empty";
  EXPECT_THAT(found({}), IsEmpty());
}

// The source must not skip what a transaction that is open now is about to commit.
TEST_F(OffsetsForTimes, SeeRecordsOfOpenTransactions) {
  const std::string topic = make_topic(1, {{"retention.ms", "-1"}});
  const TopicPartition where{topic, PartitionId(0)};
  const auto producer = transactional_producer(*clients, unique("txn"));
  ASSERT_TRUE(producer->begin_transaction().has_value());
  send_at(*producer, topic, 1'000);
  send_at(*producer, topic, 2'000);
  ASSERT_TRUE(insist([&] { return producer->flush(kCall); }).has_value());

  EXPECT_THAT(found({{where, Timestamp(1'500)}}), ElementsAre(Pair(where, Offset(1))));
}

TEST_F(OffsetsForTimes, OfAPartitionThatIsNotThereAreAnError) {
  const auto offsets = clients->admin().offsets_for_times(
      {{{unique("missing"), PartitionId(0)}, Timestamp(1)}}, milliseconds(2'000));

  EXPECT_FALSE(offsets.has_value());
}

class LastStableOffsets : public KafkaTest {};

TEST_F(LastStableOffsets, LieBeforeTheRecordsOfAnOpenTransaction) {
  const std::string topic = make_topic(1);
  const TopicPartition where{topic, PartitionId(0)};
  write(topic, 0, {"a", "b"});
  const auto producer = transactional_producer(*clients, unique("txn"));
  ASSERT_TRUE(producer->begin_transaction().has_value());
  send(*producer, topic, "c");
  ASSERT_TRUE(insist([&] { return producer->flush(kCall); }).has_value());

  const auto ends = clients->admin().end_offsets({{where}}, kCall);
  const auto stable = clients->admin().last_stable_offsets({{where}}, kCall);

  ASSERT_TRUE(ends.has_value() && stable.has_value());
  EXPECT_THAT(*ends, ElementsAre(Pair(where, Offset(3))));
  EXPECT_THAT(*stable, ElementsAre(Pair(where, Offset(2))));
}

}  // namespace
}  // namespace pawl::testing

// The table from librdkafka's codes to what helps. Rows that are only what anybody would expect are
// not repeated here.
#include "client/rdkafka/error.h"

#include <gtest/gtest.h>

namespace pawl::internal::rdkafka {
namespace {

TEST(ErrorTable, WaitsForALeaderHoweverTheClientSaysIt) {
  EXPECT_EQ(kind_of(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE), ErrorKind::retriable);
  // What an admin request answers when none of its partitions has a leader.
  EXPECT_EQ(kind_of(RD_KAFKA_RESP_ERR__NOENT), ErrorKind::retriable);
  EXPECT_EQ(kind_of(RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND), ErrorKind::retriable);
  EXPECT_EQ(kind_of(RD_KAFKA_RESP_ERR__DESTROY_BROKER), ErrorKind::retriable);
}

TEST(ErrorTable, ReplacesAProducerThatHasLostItsSequence) {
  EXPECT_EQ(kind_of(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER), ErrorKind::fenced);
  EXPECT_EQ(kind_of(RD_KAFKA_RESP_ERR__INCONSISTENT), ErrorKind::fenced);
  EXPECT_EQ(kind_of(RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE), ErrorKind::fenced);
}

TEST(ErrorTable, StopsAtWhatNobodyHasThoughtAbout) {
  EXPECT_EQ(kind_of(RD_KAFKA_RESP_ERR_INCONSISTENT_VOTER_SET), ErrorKind::fatal);
}

}  // namespace
}  // namespace pawl::internal::rdkafka

// InputRecord: a record as it was read from a topic, in bytes.
// Lifetime: borrowed from the consumer; valid as long as the queue entry that holds it.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/headers.h>
#include <pawl/model/ids.h>
#include <pawl/model/timestamp.h>

namespace pawl {

struct InputRecord {
  NullableBytesView key;
  NullableBytesView value;
  Timestamp timestamp = Timestamp::unknown();
  Offset offset;
  LeaderEpoch leader_epoch{-1};
  const Headers* headers = &Headers::none();
};

}  // namespace pawl

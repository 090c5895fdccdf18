// What happens to a record that cannot be decoded, has no valid timestamp, or makes user code
// throw. Source: KIP-161, KIP-1033, KIP-1034 (names of the dead-letter headers).
#pragma once

#include <pawl/engine/topology.h>

#include <string>

namespace pawl {

enum class OnBadRecord {
  fail,  // stop with a message that names topic, partition and offset (the default: nothing is
         // lost)
  skip,  // drop it, count it (records.dropped) and go on
  dead_letter,  // send it to the dead-letter topic, in the same transaction, and go on
};

struct ErrorPolicy {
  OnBadRecord undecodable = OnBadRecord::fail;
  OnBadRecord processing = OnBadRecord::fail;
  // For sources that do not say otherwise; never by_settings.
  InvalidTimestamp invalid_timestamp = InvalidTimestamp::fail;
  // Must exist when one of the policies is dead_letter. Its records have the raw key, value and
  // headers of the input, and headers
  // `__streams.errors.{exception,message,stacktrace,topic,partition,offset}`.
  std::string dead_letter_topic;
};

}  // namespace pawl

// ChangelogSink: where a store puts its changelog records. Declared here because stores never call
// up; the engine implements it (one sink per store, bound to the task's partition of the changelog
// topic). Thread rule: owner thread only.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/headers.h>
#include <pawl/model/timestamp.h>

namespace pawl {

class ChangelogSink {
 public:
  ChangelogSink() = default;
  ChangelogSink(const ChangelogSink&) = delete;
  ChangelogSink& operator=(const ChangelogSink&) = delete;
  virtual ~ChangelogSink() = default;

  // Sends one record; null value = tombstone; timestamp unknown() = left to the producer. A failure
  // is remembered by the producer and fails the commit, so there is nothing to check here.
  virtual void append(BytesView key, NullableBytesView value, Timestamp timestamp,
                      const Headers& headers) = 0;
};

// A record read back from a changelog.
struct ChangelogRecord {
  BytesView key;
  NullableBytesView value;
  Timestamp timestamp;
  const Headers* headers = &Headers::none();
};

}  // namespace pawl

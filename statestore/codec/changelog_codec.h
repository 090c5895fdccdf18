// ChangelogCodec: rows of one store as records of its changelog, and back. A record carries the
// bare value; the row's timestamp and headers are the record's own. Source:
// ChangeLoggingKeyValueBytesStore, ChangeLoggingSessionBytesStore and their kin with timestamps and
// headers, RecordConverters. Thread rule: owner thread only.
#pragma once

#include <pawl/statestore/changelog.h>
#include <pawl/statestore/store_spec.h>

namespace pawl::internal {

class ChangelogCodec {
 public:
  explicit ChangelogCodec(const StoreSpec& spec)
      : format_(row_format_of(spec)), headers_in_hand_(spec.headers || spec.log_headers) {}

  // Logs a row; null = a tombstone. `logged_at`: the time of rows without one and of tombstones.
  // `in_hand`: the headers of the record that changes the row; those of the changelog record where
  // the row has none of its own and the store logs them.
  void log(ChangelogSink& changelog, BytesView key, NullableBytesView row, Timestamp logged_at,
           const Headers& in_hand) const;

  // Returns: the row of a record. Lifetime: until the next call, or as the record.
  NullableBytesView row_of(const ChangelogRecord& record);

 private:
  RowFormat format_;
  bool headers_in_hand_;
  Bytes row_;
};

}  // namespace pawl::internal

#include "codec/changelog_codec.h"

#include "codec/timestamped_value.h"

#include <pawl/statestore/header_block.h>

namespace pawl::internal {

void ChangelogCodec::log(ChangelogSink& changelog, BytesView key, NullableBytesView row,
                         Timestamp logged_at, const Headers& in_hand) const {
  const Headers& otherwise = headers_in_hand_ ? in_hand : Headers::none();
  if (!row.has_value()) {
    changelog.append(key, std::nullopt, logged_at, otherwise);
    return;
  }
  const BytesView timed = format_.headers ? behind_headers(*row) : *row;
  const BytesView value = format_.timestamped ? plain_value_of(timed) : timed;
  const Timestamp timestamp = format_.timestamped ? timestamp_of(timed) : logged_at;
  if (format_.headers) {
    changelog.append(key, value, timestamp, headers_in(*row));
  } else {
    changelog.append(key, value, timestamp, otherwise);
  }
}

NullableBytesView ChangelogCodec::row_of(const ChangelogRecord& record) {
  if (!record.value.has_value() || format_ == RowFormat{}) {
    return record.value;
  }
  row_.clear();
  if (format_.headers) {
    append_row_headers(*record.headers, row_);
  }
  if (format_.timestamped) {
    big_endian::append_i64(record.timestamp.value(), row_);
  }
  row_ += *record.value;
  return row_;
}

}  // namespace pawl::internal

// The headers in front of a row value of a header-aware store:
//   row    := varint size of block ‖ block ‖ rest
//   block  := nothing, when there are no headers | varint count ‖ header*
//   header := varint size ‖ name ‖ varint size (-1 = null) ‖ value
// varint: zig-zag, 7 bits a byte, lowest first. docs/formats/header_rows.md.
// Source: HeadersSerializer, ValueTimestampHeadersSerializer, AggregationWithHeadersSerializer.
// Thread rule: values.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/headers.h>

namespace pawl::internal {

void append_header_block(const Headers& headers, Bytes& out);
// Appends what stands in front of `rest`.
void append_row_headers(const Headers& headers, Bytes& out);

// Returns: the row behind its headers. Errors: StoreFailure when the bytes are no such row.
BytesView behind_headers(BytesView row);
Headers headers_in(BytesView row);

}  // namespace pawl::internal

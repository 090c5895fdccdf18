// The headers in front of a row value of a header-aware store:
//   row    := varint size of block ‖ block ‖ rest
//   block  := nothing, when there are no headers | varint count ‖ header*
//   header := varint size ‖ name ‖ varint size (-1 = null) ‖ value
// varint: zig-zag, 7 bits a byte, lowest first. docs/formats/header_rows.md.
// Source: HeadersSerializer, ValueTimestampHeadersSerializer. Thread rule: values.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/headers.h>
#include <pawl/statestore/store_iterator.h>

#include <memory>

namespace pawl::internal {

void append_header_block(const Headers& headers, Bytes& out);
// Overwrites `out` with the row of a value with headers.
void encode_headed_row(const Headers& headers, BytesView rest, Bytes& out);

// Returns: the row behind its headers. Errors: StoreFailure when the bytes are no such row.
BytesView behind_headers(BytesView row);
Headers headers_in(BytesView row);

// Returns: a cursor that shows values without their headers.
std::unique_ptr<KeyValueCursor> without_headers(std::unique_ptr<KeyValueCursor> rows);
std::unique_ptr<WindowCursor> without_headers(std::unique_ptr<WindowCursor> rows);

}  // namespace pawl::internal

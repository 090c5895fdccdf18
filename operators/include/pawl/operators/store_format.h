// StoreFormat: how the tables and aggregations of the DSL keep their values.
//   builder.store_format(StoreFormat::with_headers)
// With headers, as Kafka Streams' `dsl.store.format=HEADERS`: rows have room for headers, which the
// operators leave empty; deletions in changelogs carry the headers of the record that deleted.
// Plain stores, versioned stores and buffers are not affected. Source: DslStoreFormat (KIP-1271).
// Thread rule: a value.
#pragma once

namespace pawl {

enum class StoreFormat { plain, with_headers };

}  // namespace pawl

// Stores that keep headers: a hand-made one, and those of the DSL in that store format.
#include "vectors/command_processor.h"
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/operators/grouped_stream.h>
#include <pawl/operators/session_windowed_stream.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/operators/to_verb.h>
#include <pawl/operators/windowed_stream.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <chrono>
#include <optional>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;
using WithHeaders = stores::KeyValueWithHeaders<std::string, std::string>;
using StringRecord = Record<std::string, std::string>;

class HeaderCommands final : public CommandProcessor<WithHeaders> {
 public:
  using CommandProcessor::CommandProcessor;
  void process(const StringRecord& record) override {
    if (record.value == nullptr || *record.value == "del") {
      store().erase(*record.key);
    } else if (*record.value != "get") {
      store().put(*record.key, *record.value, record.timestamp, *record.headers);
    } else if (const auto found = store().get(*record.key)) {
      answer(record.with_headers(&found->headers), found->value + "@" +
                                                       std::to_string(found->timestamp.value()) +
                                                       "#" + std::to_string(found->headers.size()));
    } else {
      answer(record, "null");
    }
  }
};

Topology kv_store() {
  return with_store<HeaderCommands>(stores::key_value_with_headers<std::string, std::string>("st"));
}

Topology kv_count() {
  StreamBuilder builder;
  builder.store_format(StoreFormat::with_headers);
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology kv_aggregate_delete() {
  StreamBuilder builder;
  builder.store_format(StoreFormat::with_headers);
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .aggregate([] { return std::string("0"); },
                 [](const std::string&, const std::string& value,
                    const std::string& before) -> std::optional<std::string> {
                   return value == "del" ? std::nullopt : std::optional(before + "+" + value);
                 },
                 Materialized::as("agg"))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology tumbling_count() {
  StreamBuilder builder;
  builder.store_format(StoreFormat::with_headers);
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(TumblingWindows::of(milliseconds(100)).grace(milliseconds(50)))
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology counted_sessions(const SessionWindows& windows, EmitStrategy emit) {
  StreamBuilder builder;
  builder.store_format(StoreFormat::with_headers);
  builder.stream<std::string, std::string>("in")
      .group_by_key()
      .windowed_by(windows)
      .emit_strategy(emit)
      .count(Materialized::as("counts"))
      .to_stream()
      .to("out");
  return builder.build();
}

Topology session_count() {
  return counted_sessions(
      SessionWindows::with_inactivity_gap(milliseconds(5)).grace(milliseconds(1)),
      EmitStrategy::on_window_update());
}

Topology emit_final_session() {
  return counted_sessions(
      SessionWindows::with_inactivity_gap(milliseconds(5)).grace(milliseconds(3)),
      EmitStrategy::on_window_close());
}

}  // namespace

VectorTopologies header_topologies() {
  return {{"headers_kv_store", kv_store},
          {"hdr_kv_count", kv_count},
          {"hdr_kv_aggregate_delete", kv_aggregate_delete},
          {"hdr_tumbling_count", tumbling_count},
          {"hdr_session_count", session_count},
          {"hdr_emit_final_session", emit_final_session}};
}

}  // namespace pawl::test

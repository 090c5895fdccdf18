#include "stream_thread_fixture.h"

#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

namespace pawl::internal {

StreamThreadTest::StreamThreadTest(std::size_t record_cache_bytes_max) {
  settings_.record_cache_bytes_max = record_cache_bytes_max;
  StreamBuilder builder;
  builder.stream("in", serde::string(), serde::string())
      .map_values([this](const std::string& value) {
        user_code_(value);
        return value;
      })
      .group_by_key()
      .count(Materialized::as("counts"))
      .to_stream()
      .peek([this](const std::int64_t& count) { behind_the_count_(count); })
      .to("out");
  topology_.emplace(builder.build());
  settings_.application_id = "app";
  surroundings_.settings = &settings_;
  surroundings_.topology = &*topology_;
  surroundings_.clients = &clients_;
  surroundings_.topics = &topics_;
  surroundings_.stores = &stores_;
  surroundings_.clock = &clock_;
  surroundings_.log = &log_;
  surroundings_.publish_metrics = [](int, const MetricsSnapshot&) {};
  auto made = StreamThread::make(1, surroundings_, 7);
  EXPECT_TRUE(made.has_value());
  thread_ = *std::move(made);
}

StreamThreadTest::~StreamThreadTest() = default;

}  // namespace pawl::internal

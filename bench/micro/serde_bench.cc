// What encoding and decoding costs.
#include <pawl/serde/primitives.h>
#include <pawl/serde/windowed.h>

#include <benchmark/benchmark.h>

#include <string>

namespace pawl {
namespace {

void encode_int64(benchmark::State& state) {
  const Serde<std::int64_t> serde = serde::int64();
  Bytes out;
  std::int64_t number = 0;
  for (auto _ : state) {
    out.clear();
    serde.encode(++number, out);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(encode_int64);

void decode_string(benchmark::State& state) {
  const Serde<std::string> serde = serde::string();
  const Bytes bytes(static_cast<std::size_t>(state.range(0)), 'x');
  std::string value;
  for (auto _ : state) {
    benchmark::DoNotOptimize(serde.decode(bytes, value));
  }
}
BENCHMARK(decode_string)->Arg(16)->Arg(100);

void windowed_key_round_trip(benchmark::State& state) {
  const auto serde = serde::time_windowed(serde::string(), std::chrono::seconds(10));
  const Windowed<std::string> key{"k00012345",
                                  {Timestamp(1'600'000'000'000), Timestamp(1'600'000'010'000)}};
  Windowed<std::string> decoded;
  Bytes out;
  for (auto _ : state) {
    out.clear();
    serde.encode(key, out);
    benchmark::DoNotOptimize(serde.decode(out, decoded));
  }
}
BENCHMARK(windowed_key_round_trip);

}  // namespace
}  // namespace pawl

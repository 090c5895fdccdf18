// What the stores cost per record: overlay, committed lookups, commit. Each iteration is one
// record; every 40,000 there is a commit into RocksDB, as at 400,000 records per second and 100 ms.
#include <pawl/model/random.h>
#include <pawl/statestore/backends.h>
#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/managed_store.h>
#include <pawl/statestore/window_store.h>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace pawl {
namespace {

constexpr int kRecordsPerCommit = 40'000;

// A store on a database of its own, committed as a task would.
class BenchStore {
 public:
  explicit BenchStore(const StoreSpec& spec) {
    std::filesystem::remove_all(directory_);
    backend_ = *open_rocksdb_backend(directory_, memory_);
    StoreSurroundings surroundings;
    surroundings.backend = backend_.get();
    surroundings.context = &context_;
    store_ = *open_managed_store(spec, surroundings);
  }
  ~BenchStore() {
    store_.reset();
    backend_.reset();
    std::filesystem::remove_all(directory_);
  }
  BenchStore(const BenchStore&) = delete;
  BenchStore& operator=(const BenchStore&) = delete;

  template <class T>
  T& as() {
    return dynamic_cast<T&>(store_->store());
  }
  void record_done() {
    if (++records_ % kRecordsPerCommit == 0) {
      commit();
    }
  }
  void commit() {
    store_->freeze();
    const StoreChanges changes = store_->changes();
    backend_->apply({&changes, 1}, {}).value();
    store_->settle();
  }

 private:
  std::filesystem::path directory_ = std::filesystem::temp_directory_path() / "pawl-bench-store";
  std::shared_ptr<RocksdbMemory> memory_ = make_rocksdb_memory({});
  std::unique_ptr<StoreBackend> backend_;
  WriteContext context_;
  std::unique_ptr<ManagedStore> store_;
  int records_ = 0;
};

Bytes key_of(std::uint64_t number) {
  Bytes key = "k";
  big_endian::append_i64(static_cast<std::int64_t>(number), key);
  return key;
}

void key_value_update(benchmark::State& state) {
  StoreSpec spec;
  spec.name = "kv";
  BenchStore store(spec);
  auto& rows = store.as<KeyValueStore>();
  SeededRandom random(1);
  for (auto _ : state) {
    const Bytes key = key_of(random.next() % static_cast<std::uint64_t>(state.range(0)));
    benchmark::DoNotOptimize(rows.get(key));
    rows.put(key, BytesView("16 bytes of data"), Timestamp(1));
    store.record_done();
  }
}
BENCHMARK(key_value_update)->Arg(100'000)->Iterations(2'000'000);

void windowed_count_update(benchmark::State& state) {
  StoreSpec spec;
  spec.name = "windows";
  spec.kind = StoreKind::window;
  spec.timestamped = true;
  spec.layout = WindowLayout::time_first;
  spec.retention = std::chrono::seconds(15);
  spec.window_size = spec.start_step = std::chrono::seconds(10);
  BenchStore store(spec);
  auto& rows = store.as<WindowStore>();
  SeededRandom random(1);
  std::int64_t records = 0;
  for (auto _ : state) {
    const Timestamp window(records++ / 10 / 10'000 * 10'000);
    const Bytes key = key_of(random.next() % static_cast<std::uint64_t>(state.range(0)));
    benchmark::DoNotOptimize(rows.get(key, window));
    rows.put(key, BytesView("16 bytes of data"), window, window);
    store.record_done();
  }
}
BENCHMARK(windowed_count_update)->Arg(100'000)->Iterations(2'000'000);

void deduplication_check(benchmark::State& state) {
  StoreSpec spec;
  spec.name = "ids";
  spec.kind = StoreKind::window;
  spec.key_filter = true;
  spec.retention = std::chrono::hours(48) + std::chrono::milliseconds(1);
  spec.window_size = std::chrono::hours(24);
  BenchStore store(spec);
  auto& rows = store.as<WindowStore>();
  SeededRandom random(1);
  std::uint64_t next = 0;
  const auto within = std::chrono::hours(24);
  for (auto _ : state) {
    // Four ids in five are new.
    const bool fresh = next == 0 || random.next() % 5 != 0;
    const Bytes id = key_of((fresh ? next++ : random.next() % next) * 0x9e3779b97f4a7c15ULL);
    const Timestamp time(static_cast<std::int64_t>(next) / 10);
    if (!rows.contains(id, time - within, time + within)) {
      rows.put(id, BytesView("12 bytes here"), time, time);
    }
    store.record_done();
  }
}
BENCHMARK(deduplication_check)->Iterations(2'000'000);

void overlay_only(benchmark::State& state) {
  StoreSpec spec;
  spec.name = "kv";
  BenchStore store(spec);
  auto& rows = store.as<KeyValueStore>();
  std::uint64_t number = 0;
  for (auto _ : state) {
    rows.put(key_of(number++ % kRecordsPerCommit), BytesView("16 bytes of data"), Timestamp(1));
  }
}
BENCHMARK(overlay_only);

}  // namespace
}  // namespace pawl

#include "statestore/store_writer.h"

#include <pawl/model/assert.h>
#include <pawl/model/crash_point.h>
#include <pawl/statestore/key_value_store.h>
#include <pawl/statestore/window_store.h>

namespace pawl::test {
namespace {

using std::chrono::milliseconds;

std::vector<StoreSpec> writer_specs() {
  StoreSpec left;
  left.name = "left";
  StoreSpec right;
  right.name = "right";
  StoreSpec windows;  // a new segment every 50 batches, four of them alive
  windows.name = "windows";
  windows.kind = StoreKind::window;
  windows.layout = WindowLayout::time_first;
  windows.retention = milliseconds(150);
  windows.segment_interval = milliseconds(50);
  return {left, right, windows};
}

}  // namespace

WriterStores::WriterStores(StoreBackend& backend) : backend_(backend) {
  for (const StoreSpec& spec : writer_specs()) {
    StoreSurroundings surroundings;
    surroundings.backend = &backend;
    surroundings.context = &context_;
    stores_.push_back(open_managed_store(spec, surroundings).value());
  }
  stores_.back()->resume({Timestamp(batches() - 1), 0});
}

std::int64_t WriterStores::batches() {
  return std::stoll(backend_.metadata("batches").value().value_or("0"));
}

void WriterStores::write_batch(std::int64_t number) {
  const Bytes value = std::to_string(number) + Bytes(100, '.');
  auto& left = static_cast<KeyValueStore&>(stores_[0]->store());
  auto& right = static_cast<KeyValueStore&>(stores_[1]->store());
  auto& windows = static_cast<WindowStore&>(stores_[2]->store());
  left.put(std::to_string(number % 37), value, Timestamp(1));
  left.put(std::to_string(number * 5 % 37), std::nullopt, Timestamp(1));
  right.put(std::to_string(number % 11), value, Timestamp(1));
  windows.put(std::to_string(number % 3), value, Timestamp(number), Timestamp(1));
}

void WriterStores::apply(bool rows, bool metadata, std::int64_t number) {
  std::vector<StoreChanges> changes;
  for (const auto& store : stores_) {
    if (rows) {
      changes.push_back(store->changes());
    }
  }
  std::vector<MetadataChange> values;
  if (metadata) {
    values.push_back({"batches", std::to_string(number)});
  }
  backend_.apply(changes, values).value();
}

void WriterStores::commit_batch() {
  const std::int64_t number = batches();
  write_batch(number);
  for (const auto& store : stores_) {
    store->freeze();
  }
  apply(true, true, number + 1);
  for (const auto& store : stores_) {
    store->settle();
  }
}

void WriterStores::commit_batch_in_two_parts() {
  const std::int64_t number = batches();
  write_batch(number);
  for (const auto& store : stores_) {
    store->freeze();
  }
  apply(true, false, number + 1);
  backend_.flush(FlushMode::wait).value();
  const CrashPoint between("writer.between");
  apply(false, true, number + 1);
  for (const auto& store : stores_) {
    store->settle();
  }
}

std::string WriterStores::content() {
  std::string text;
  for (const auto& store : {stores_[0].get(), stores_[1].get()}) {
    auto& rows = static_cast<KeyValueStore&>(store->store());
    text += store->spec().name + ":\n";
    for (auto row = rows.range(std::nullopt, std::nullopt, Direction::forward); row->valid();
         row->next()) {
      text += std::string(row->key()) + "=" + std::string(row->value()) + "\n";
    }
  }
  text += "windows:\n";
  auto& windows = static_cast<WindowStore&>(stores_[2]->store());
  for (auto row = windows.fetch_range(std::nullopt, std::nullopt, Timestamp(0), Timestamp::max(),
                                      Direction::forward);
       row->valid(); row->next()) {
    text += std::string(row->key()) + "@" + std::to_string(row->start().value()) + "=" +
            std::string(row->value()) + "\n";
  }
  return text;
}

}  // namespace pawl::test

// SuppressedTableView: the view of a table whose changes are held back. It has no values of its
// own: the buffer and the table before together have them. Source:
// KTableSuppressProcessorSupplier.view. Thread rule: as TableView.
#pragma once

#include <pawl/operators/nodes/buffer_codec.h>
#include <pawl/operators/table_view.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace pawl::internal {

// What those behind a suppressed table see of a key: the value before what is held, whose
// timestamp is not known, else the value of the table before.
template <class K, class V>
class SuppressLookup final : public TableLookup<K, V> {
 public:
  SuppressLookup(const BufferCodec<K, V>& codec, std::unique_ptr<TableLookup<K, V>> parent)
      : codec_(codec), parent_(std::move(parent)) {}
  void open(ProcessingContext& context, TableReading reading) override {
    parent_->open(context, reading);
    buffer_ = &codec_.open(context);
  }
  void close() override { parent_->close(); }
  bool get(const K& key, ValueAndTimestamp<V>& found) override {
    const BufferedChange* const held = buffer_->find(codec_.key_bytes(key));
    if (held == nullptr) {
      return parent_->get(key, found);
    }
    found.timestamp = Timestamp::unknown();
    return codec_.decode(held->prior, found.value) != nullptr;
  }

 private:
  BufferCodec<K, V> codec_;
  std::unique_ptr<TableLookup<K, V>> parent_;
  TimeOrderedBuffer* buffer_ = nullptr;
};

template <class K, class V>
class SuppressedTableView final : public TableView<K, V> {
 public:
  SuppressedTableView(std::shared_ptr<TableView<K, V>> parent, std::string store,
                      BufferCodec<K, V> codec)
      : parent_(std::move(parent)), store_(std::move(store)), codec_(std::move(codec)) {}

  std::vector<std::string> stores() override {
    std::vector<std::string> names = parent_->stores();
    names.insert(names.begin(), store_);
    return names;
  }
  [[nodiscard]] std::unique_ptr<TableLookup<K, V>> lookup() const override {
    return std::make_unique<SuppressLookup<K, V>>(codec_, parent_->lookup());
  }
  bool want_old_values(StoreDemand demand) override { return parent_->want_old_values(demand); }
  [[nodiscard]] bool old_values() const override { return parent_->old_values(); }

 private:
  std::shared_ptr<TableView<K, V>> parent_;
  std::string store_;
  BufferCodec<K, V> codec_;
};

}  // namespace pawl::internal

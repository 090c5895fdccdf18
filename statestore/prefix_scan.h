// Scans of the keys with a prefix, over any scan of a key range.
// Thread rule: as the scan beneath.
#pragma once

#include <pawl/statestore/store_iterator.h>

#include <memory>
#include <optional>
#include <utility>

namespace pawl::internal {

// Returns: the smallest byte string greater than every string with this prefix, or nothing when
// there is none.
inline std::optional<Bytes> after_prefix(BytesView prefix) {
  Bytes bound(prefix);
  while (!bound.empty() && bound.back() == '\xff') {
    bound.pop_back();
  }
  if (bound.empty()) {
    return std::nullopt;
  }
  bound.back() = static_cast<char>(static_cast<unsigned char>(bound.back()) + 1);
  return bound;
}

// Ends a cursor at the first key without the prefix.
class PrefixCursor final : public KeyValueCursor {
 public:
  PrefixCursor(std::unique_ptr<KeyValueCursor> inner, BytesView prefix)
      : inner_(std::move(inner)), prefix_(prefix) {}
  [[nodiscard]] bool valid() const override {
    return inner_->valid() && inner_->key().starts_with(prefix_);
  }
  void next() override { inner_->next(); }
  [[nodiscard]] BytesView key() const override { return inner_->key(); }
  [[nodiscard]] BytesView value() const override { return inner_->value(); }

 private:
  std::unique_ptr<KeyValueCursor> inner_;
  Bytes prefix_;
};

// `range`: (from, to, Direction) -> cursor over keys in [from, to].
template <class Range>
std::unique_ptr<KeyValueCursor> scan_prefix(BytesView prefix, Range&& range) {
  const std::optional<Bytes> end = after_prefix(prefix);
  return std::make_unique<PrefixCursor>(
      range(prefix, end.has_value() ? NullableBytesView(*end) : std::nullopt, Direction::forward),
      prefix);
}

}  // namespace pawl::internal

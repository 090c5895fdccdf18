#include <pawl/serde/list.h>

#include <algorithm>

namespace pawl::internal {
namespace {

constexpr char kFixedSize = 0;
constexpr char kVariableSize = 1;
constexpr std::int32_t kNull = -1;
constexpr std::size_t kNumberSize = 4;

Error malformed(const char* why) {
  return {ErrorKind::invalid_record, std::string("this is no list: ") + why};
}

// Takes a number that is not below `least` from the front of `bytes`.
Result<std::int32_t> take_number(BytesView& bytes, std::int32_t least) {
  if (bytes.size() < kNumberSize) {
    return malformed("it ends within a number");
  }
  const std::int32_t number = big_endian::load_i32(bytes.data());
  if (number < least) {
    return malformed("a number in it is negative");
  }
  bytes.remove_prefix(kNumberSize);
  return number;
}

// Returns: the indexes of the entries that are null, in order.
Result<std::vector<std::int32_t>> take_nulls(BytesView& bytes) {
  const auto count = static_cast<std::size_t>(PAWL_TRY(take_number(bytes, 0)));
  if (count > bytes.size() / kNumberSize) {
    return malformed("it has fewer nulls than it says");
  }
  std::vector<std::int32_t> nulls;
  nulls.reserve(count);
  for (std::size_t at = 0; at < count; ++at) {
    nulls.push_back(PAWL_TRY(take_number(bytes, 0)));
  }
  std::sort(nulls.begin(), nulls.end());
  return nulls;
}

Result<std::vector<NullableBytesView>> fixed_entries(BytesView bytes, std::size_t entry_size) {
  const std::vector<std::int32_t> nulls = PAWL_TRY(take_nulls(bytes));
  const std::int32_t count = PAWL_TRY(take_number(bytes, 0));
  std::vector<NullableBytesView> entries;
  auto next_null = nulls.begin();
  for (std::int32_t index = 0; index < count; ++index) {
    if (next_null != nulls.end() && *next_null == index) {
      entries.emplace_back(std::nullopt);
      next_null = std::upper_bound(next_null, nulls.end(), index);
      continue;
    }
    if (bytes.size() < entry_size) {
      return malformed("it has fewer entries than it says");
    }
    entries.emplace_back(bytes.substr(0, entry_size));
    bytes.remove_prefix(entry_size);
  }
  if (!bytes.empty()) {
    return malformed("it goes on behind its last entry");
  }
  return entries;
}

Result<std::vector<NullableBytesView>> variable_entries(BytesView bytes) {
  const std::int32_t count = PAWL_TRY(take_number(bytes, 0));
  std::vector<NullableBytesView> entries;
  for (std::int32_t index = 0; index < count; ++index) {
    const std::int32_t size = PAWL_TRY(take_number(bytes, kNull));
    if (size == kNull) {
      entries.emplace_back(std::nullopt);
      continue;
    }
    if (bytes.size() < static_cast<std::size_t>(size)) {
      return malformed("it ends within an entry");
    }
    entries.emplace_back(bytes.substr(0, static_cast<std::size_t>(size)));
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  if (!bytes.empty()) {
    return malformed("it goes on behind its last entry");
  }
  return entries;
}

}  // namespace

Result<std::vector<NullableBytesView>> entries_of_list(BytesView bytes,
                                                       std::optional<std::size_t> entry_size) {
  if (bytes.empty()) {
    return malformed("it is empty");
  }
  const char form = bytes.front();
  bytes.remove_prefix(1);
  if (form == kVariableSize) {
    return variable_entries(bytes);
  }
  if (form != kFixedSize) {
    return malformed("its first byte is neither 00 nor 01");
  }
  if (!entry_size.has_value()) {
    return malformed("its entries are of one size, those of this type are not");
  }
  return fixed_entries(bytes, *entry_size);
}

}  // namespace pawl::internal

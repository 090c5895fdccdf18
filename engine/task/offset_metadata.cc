#include "task/offset_metadata.h"

#include <pawl/engine/partitioner.h>
#include <pawl/model/bytes.h>

#include <array>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace pawl::internal {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(BytesView bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t byte = 0; byte < 3; ++byte) {
      group = group << 8U |
              (at + byte < bytes.size() ? static_cast<unsigned char>(bytes[at + byte]) : 0U);
    }
    const std::size_t digits = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      text += digit < digits ? kAlphabet[(group >> (18 - 6 * digit)) & 63U] : '=';
    }
  }
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  Bytes bytes;
  std::uint32_t group = 0;
  std::size_t digits = 0;
  while (!text.empty() && text.back() == '=') {
    text.remove_suffix(1);
  }
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) {
      return std::nullopt;
    }
    group = group << 6U | static_cast<std::uint32_t>(value);
    if (++digits % 4 != 1) {
      const std::size_t shift = 6 - 2 * ((digits - 1) % 4);
      bytes += static_cast<char>((group >> shift) & 0xffU);
    }
  }
  return bytes;
}

// Returns: the bytes of a text of our format, which begin with its version.
std::optional<Bytes> bytes_of(std::string_view text) {
  std::optional<Bytes> bytes = from_base64(text);
  const bool ours = bytes.has_value() && !bytes->empty() &&
                    (bytes->front() == '\x01' || bytes->front() == '\x02');
  return ours ? std::move(bytes) : std::nullopt;
}

std::optional<OffsetMetadata> decode_bytes(BytesView bytes) {
  if (bytes.size() < 9) {
    return std::nullopt;
  }
  OffsetMetadata metadata;
  metadata.partition_time = Timestamp(big_endian::load_i64(bytes.data() + 1));
  bytes.remove_prefix(9);
  if (bytes.empty()) {
    return metadata;
  }
  if (bytes.size() < 4) {
    return std::nullopt;
  }
  std::int32_t entries = big_endian::load_i32(bytes.data());
  bytes.remove_prefix(4);
  for (; entries > 0; --entries) {
    if (bytes.size() < 4) {
      return std::nullopt;
    }
    const std::int32_t size = big_endian::load_i32(bytes.data());
    bytes.remove_prefix(4);
    if (size < 0 || bytes.size() < static_cast<std::size_t>(size) + 8) {
      return std::nullopt;
    }
    const std::string name(bytes.substr(0, static_cast<std::size_t>(size)));
    metadata.entries[name] = big_endian::load_i64(bytes.data() + size);
    bytes.remove_prefix(static_cast<std::size_t>(size) + 8);
  }
  return bytes.empty() ? std::optional(metadata) : std::nullopt;
}

}  // namespace

std::string operator_time_entry(std::string_view node) {
  return fmt::format("__pawl.time.{:08x}", static_cast<std::uint32_t>(murmur2(node)));
}

CommitStamp commit_stamp_of(const OffsetMetadata& metadata) {
  const auto value = [&](std::string_view name) {
    const auto entry = metadata.entries.find(std::string(name));
    return entry == metadata.entries.end() ? 0 : entry->second;
  };
  return {value(kCommitOwnerEntry), value(kCommitCounterEntry)};
}

std::string encode_offset_metadata(const OffsetMetadata& metadata) {
  Bytes bytes("\x02");
  big_endian::append_i64(metadata.partition_time.value(), bytes);
  if (!metadata.entries.empty()) {
    big_endian::append_i32(static_cast<std::int32_t>(metadata.entries.size()), bytes);
    for (const auto& [name, value] : metadata.entries) {
      big_endian::append_i32(static_cast<std::int32_t>(name.size()), bytes);
      bytes += name;
      big_endian::append_i64(value, bytes);
    }
  }
  return to_base64(bytes);
}

bool is_foreign_offset_metadata(std::string_view text) {
  return !text.empty() && !bytes_of(text).has_value();
}

Result<OffsetMetadata> decode_offset_metadata(std::string_view text) {
  const std::optional<Bytes> bytes = bytes_of(text);
  if (!bytes.has_value()) {
    return OffsetMetadata{};
  }
  std::optional<OffsetMetadata> metadata = decode_bytes(*bytes);
  if (!metadata.has_value()) {
    return Error{ErrorKind::invalid_record,
                 fmt::format("the committed offset metadata '{}' is broken", text)};
  }
  return *std::move(metadata);
}

}  // namespace pawl::internal

#include "families/store_rows.h"

#include <pawl/model/bytes.h>
#include <pawl/serde/primitives.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace pawl::test {
namespace {

std::string hex(BytesView bytes) {
  constexpr std::array<char, 16> kDigits = {'0', '1', '2', '3', '4', '5', '6', '7',
                                            '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<unsigned char>(byte) / 16U];
    text += kDigits[static_cast<unsigned char>(byte) % 16U];
  }
  return text;
}

std::string row_text(BytesView key, Timestamp time, BytesView value) {
  return hex(key) + " " + std::to_string(time.value()) + " " + hex(value);
}

// Stores without timestamps have rows without time.
Timestamp row_time(const StoreSpec& spec, Timestamp time) {
  return spec.timestamped ? time : Timestamp::unknown();
}

void check_asked(const Result<void>& asked) {
  // Retriable: no task of this store runs here.
  if (!asked.has_value() && asked.error().kind != ErrorKind::retriable) {
    throw std::runtime_error("a store cannot be read: " + asked.error().message);
  }
}

Texts key_value_rows(const Application& application, const StoreSpec& spec) {
  Texts rows;
  check_asked(application.key_value_store<Bytes, Bytes>(spec.name).range(
      nullptr, nullptr, [&](const Bytes& key, const ValueAndTimestamp<Bytes>& row) {
        rows.insert(row_text(key, row_time(spec, row.timestamp), row.value));
        return true;
      }));
  return rows;
}

Texts window_rows(const Application& application, const StoreSpec& spec) {
  Texts rows;
  check_asked(application.window_store<Bytes, Bytes>(spec.name).fetch_all(
      Timestamp(0), Timestamp::max(),
      [&](const Bytes& key, Timestamp start, const ValueAndTimestamp<Bytes>& row) {
        Bytes window = key;
        big_endian::append_i64(start.value(), window);
        rows.insert(row_text(window, row_time(spec, row.timestamp), row.value));
        return true;
      }));
  return rows;
}

Texts session_rows(const Application& application, const StoreSpec& spec) {
  Texts rows;
  check_asked(application.session_store<Bytes, Bytes>(spec.name).all(
      [&](const Bytes& key, Window window, const Bytes& value) {
        Bytes session = key;
        big_endian::append_i64(window.end.value(), session);
        big_endian::append_i64(window.start.value(), session);
        rows.insert(row_text(session, row_time(spec, Timestamp::unknown()), value));
        return true;
      }));
  return rows;
}

Texts versioned_rows(const Application& application, const StoreSpec& spec,
                     const std::vector<std::string>& keys) {
  Texts rows;
  const auto store = application.versioned_store<Bytes, Bytes>(spec.name);
  for (const std::string& key : keys) {
    const auto versions = store.versions(key, Timestamp(0), Timestamp::max());
    if (versions.has_value()) {
      for (const VersionedValue<Bytes>& version : *versions) {
        rows.insert(row_text(key, version.from, version.value));
      }
    } else {
      check_asked(versions.error());
    }
  }
  return rows;
}

}  // namespace

Texts asked_rows(const Application& application, const StoreSpec& spec,
                 const std::vector<std::string>& versioned_keys) {
  switch (spec.kind) {
    case StoreKind::key_value:
      return key_value_rows(application, spec);
    case StoreKind::window:
      return window_rows(application, spec);
    case StoreKind::session:
      return session_rows(application, spec);
    case StoreKind::versioned_key_value:
      return versioned_rows(application, spec, versioned_keys);
    case StoreKind::time_ordered_buffer:
      break;
  }
  throw std::invalid_argument("store " + spec.name + " cannot be asked");
}

Texts folded_rows(const StoreSpec& spec, const std::vector<StoredRecord>& changelog) {
  // In a versioned store a record replaces only the version of its own time.
  const bool versioned = spec.kind == StoreKind::versioned_key_value;
  std::map<std::pair<Bytes, Timestamp>, StoredRecord> last;
  for (const StoredRecord& record : changelog) {
    last[{*record.key, versioned ? record.timestamp : Timestamp::unknown()}] = record;
  }
  // Behind the start of a window its changelog has a number that keeps duplicates apart.
  const std::size_t number_size = spec.kind == StoreKind::window ? 4 : 0;
  Texts rows;
  for (const auto& [key, record] : last) {
    if (record.value.has_value()) {
      const BytesView whole(*record.key);
      rows.insert(row_text(whole.substr(0, whole.size() - number_size),
                           row_time(spec, record.timestamp), *record.value));
    }
  }
  return rows;
}

}  // namespace pawl::test

#include "codec/buffered_change.h"

#include <utility>

namespace pawl::internal {
namespace {

constexpr std::int32_t kNull = -1;
constexpr std::int32_t kSameAsPrior = -2;

void append_nullable(const std::optional<Bytes>& bytes, Bytes& out) {
  if (!bytes.has_value()) {
    big_endian::append_i32(kNull, out);
    return;
  }
  big_endian::append_i32(static_cast<std::int32_t>(bytes->size()), out);
  out += *bytes;
}

void append_context(const BufferedContext& context, Bytes& out) {
  big_endian::append_i64(context.timestamp.value(), out);
  big_endian::append_i64(context.offset.value(), out);
  big_endian::append_i32(static_cast<std::int32_t>(context.topic.size()), out);
  out += context.topic;
  big_endian::append_i32(context.partition.value(), out);
  big_endian::append_i32(static_cast<std::int32_t>(context.headers.size()), out);
  for (const Header& header : context.headers) {
    append_nullable(header.name, out);
    append_nullable(header.value, out);
  }
}

// Reads big-endian fields; after a field that does not fit, everything is empty and `ok` is false.
class Reader {
 public:
  explicit Reader(BytesView bytes) : rest_(bytes) {}

  std::int64_t i64() { return need(8) ? big_endian::load_i64(take(8).data()) : 0; }
  std::int32_t i32() { return need(4) ? big_endian::load_i32(take(4).data()) : 0; }

  std::optional<Bytes> nullable() { return sized(i32()); }
  std::optional<Bytes> sized(std::int32_t size) {
    if (size == kNull || !ok_) {
      return std::nullopt;
    }
    if (size < 0 || !need(static_cast<std::size_t>(size))) {
      ok_ = false;
      return std::nullopt;
    }
    return Bytes(take(static_cast<std::size_t>(size)));
  }

  BytesView view(std::int32_t size) {
    if (size < 0 || !need(static_cast<std::size_t>(size))) {
      ok_ = false;
      return {};
    }
    return take(static_cast<std::size_t>(size));
  }

  BufferedContext context() {
    BufferedContext result;
    result.timestamp = Timestamp(i64());
    result.offset = Offset(i64());
    result.topic = view(i32());
    result.partition = PartitionId(i32());
    const std::int32_t headers = i32();
    for (std::int32_t at = 0; at < headers && ok_; ++at) {
      std::string name = nullable().value_or(std::string());
      result.headers.add(std::move(name), nullable());
    }
    return result;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }
  void fail() { ok_ = false; }

 private:
  bool need(std::size_t size) {
    ok_ = ok_ && rest_.size() >= size;
    return ok_;
  }
  BytesView take(std::size_t size) {
    const BytesView taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  BytesView rest_;
  bool ok_ = true;
};

// FullChangeSerde: old ‖ new, within a field that has its own length.
void read_legacy_change(Reader& reader, BufferedChange& change) {
  change.old_value = reader.nullable();
  change.new_value = reader.nullable();
  change.prior = change.old_value;
}

std::optional<TimedChange> read_version_3(BytesView bytes) {
  Reader reader(bytes);
  TimedChange timed;
  timed.change.context = reader.context();
  timed.change.prior = reader.nullable();
  const std::int32_t old_size = reader.i32();
  timed.change.old_value = old_size == kSameAsPrior ? timed.change.prior : reader.sized(old_size);
  timed.change.new_value = reader.nullable();
  timed.buffer_time = Timestamp(reader.i64());
  return reader.done() ? std::optional(std::move(timed)) : std::nullopt;
}

std::optional<TimedChange> read_version_2(BytesView bytes) {
  Reader reader(bytes);
  TimedChange timed;
  timed.change.context = reader.context();
  if (reader.i32() < 0) {
    reader.fail();
  }
  read_legacy_change(reader, timed.change);
  timed.change.prior = reader.nullable();
  timed.buffer_time = Timestamp(reader.i64());
  return reader.done() ? std::optional(std::move(timed)) : std::nullopt;
}

std::optional<TimedChange> read_version_1(BytesView bytes) {
  Reader reader(bytes);
  TimedChange timed;
  timed.buffer_time = Timestamp(reader.i64());
  timed.change.context = reader.context();
  if (reader.i32() < 0) {
    reader.fail();
  }
  read_legacy_change(reader, timed.change);
  return reader.done() ? std::optional(std::move(timed)) : std::nullopt;
}

std::optional<TimedChange> read_version_0(const ChangelogRecord& record) {
  Reader reader(*record.value);
  TimedChange timed;
  timed.buffer_time = Timestamp(reader.i64());
  read_legacy_change(reader, timed.change);
  timed.change.context.timestamp = record.timestamp;
  timed.change.context.headers = *record.headers;
  return reader.done() ? std::optional(std::move(timed)) : std::nullopt;
}

std::optional<TimedChange> read_any_version(const ChangelogRecord& record) {
  const Header* version = record.headers->last("v");
  if (version == nullptr) {
    return read_version_0(record);
  }
  const Bytes number = version->value.value_or(Bytes());
  if (number == "\x01") {
    return read_version_1(*record.value);
  }
  if (number == "\x02") {
    const std::optional<TimedChange> timed = read_version_2(*record.value);
    return timed.has_value() ? timed : read_version_3(*record.value);
  }
  return number == "\x03" ? read_version_3(*record.value) : std::nullopt;
}

}  // namespace

void encode_buffered_change(const TimedChange& timed, Bytes& out) {
  out.clear();
  const BufferedChange& change = timed.change;
  append_context(change.context, out);
  append_nullable(change.prior, out);
  if (change.old_value.has_value() && change.old_value == change.prior) {
    big_endian::append_i32(kSameAsPrior, out);
  } else {
    append_nullable(change.old_value, out);
  }
  append_nullable(change.new_value, out);
  big_endian::append_i64(timed.buffer_time.value(), out);
}

Result<TimedChange> decode_buffered_change(const ChangelogRecord& record) {
  std::optional<TimedChange> timed = read_any_version(record);
  if (!timed.has_value()) {
    return Error{ErrorKind::corrupted_state, "a suppress buffer's changelog value of " +
                                                 std::to_string(record.value->size()) +
                                                 " bytes is of no known version"};
  }
  return *std::move(timed);
}

const Headers& buffered_change_headers() {
  static const Headers kHeaders{{"v", Bytes("\x03")}};
  return kHeaders;
}

}  // namespace pawl::internal

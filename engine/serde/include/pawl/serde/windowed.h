// Serdes of Windowed<K> as Kafka Streams writes it to topics. Time windows: key ‖ i64 window start
// (Source: TimeWindowedSerializer, WindowKeySchema.toBinary). The end is not in the bytes: a reader
// must know the window size; it clips at the largest timestamp. Partitions are chosen by the inner
// key alone.
#pragma once

#include <pawl/model/window.h>
#include <pawl/serde/serde.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace pawl {

template <class K>
class TimeWindowedCodec final : public Codec<Windowed<K>> {
 public:
  static constexpr std::size_t kSuffixSize = 8;

  TimeWindowedCodec(Serde<K> inner, std::chrono::milliseconds size)
      : inner_(std::move(inner)), size_(size) {}

  void encode(const Windowed<K>& value, Bytes& out) const override {
    inner_.encode(value.key, out);
    big_endian::append_i64(value.window.start.value(), out);
  }
  Result<void> decode(BytesView bytes, Windowed<K>& value) const override {
    if (bytes.size() < kSuffixSize) {
      return Error{ErrorKind::invalid_record,
                   "a windowed key needs at least 8 bytes, got " + std::to_string(bytes.size())};
    }
    const std::size_t key_size = bytes.size() - kSuffixSize;
    PAWL_TRY(inner_.decode(bytes.substr(0, key_size), value.key));
    const Timestamp start(big_endian::load_i64(bytes.data() + key_size));
    value.window = {start, start + size_};
    return {};
  }
  [[nodiscard]] BytesView partition_key(BytesView encoded) const override {
    return encoded.substr(0, encoded.size() - kSuffixSize);
  }
  [[nodiscard]] bool chooses_partition() const override { return true; }

 private:
  Serde<K> inner_;
  std::chrono::milliseconds size_;
};

// Source: SessionWindowedSerializer, SessionKeySchema.toBinary: key ‖ i64 end ‖ i64 start.
template <class K>
class SessionWindowedCodec final : public Codec<Windowed<K>> {
 public:
  static constexpr std::size_t kSuffixSize = 16;

  explicit SessionWindowedCodec(Serde<K> inner) : inner_(std::move(inner)) {}

  void encode(const Windowed<K>& value, Bytes& out) const override {
    inner_.encode(value.key, out);
    big_endian::append_i64(value.window.end.value(), out);
    big_endian::append_i64(value.window.start.value(), out);
  }
  Result<void> decode(BytesView bytes, Windowed<K>& value) const override {
    if (bytes.size() < kSuffixSize) {
      return Error{
          ErrorKind::invalid_record,
          "a session-windowed key needs at least 16 bytes, got " + std::to_string(bytes.size())};
    }
    const std::size_t key_size = bytes.size() - kSuffixSize;
    PAWL_TRY(inner_.decode(bytes.substr(0, key_size), value.key));
    value.window.end = Timestamp(big_endian::load_i64(bytes.data() + key_size));
    value.window.start = Timestamp(big_endian::load_i64(bytes.data() + key_size + 8));
    return {};
  }
  [[nodiscard]] BytesView partition_key(BytesView encoded) const override {
    return encoded.substr(0, encoded.size() - kSuffixSize);
  }
  [[nodiscard]] bool chooses_partition() const override { return true; }

 private:
  Serde<K> inner_;
};

namespace serde {

// Windows of `size` over keys of `inner`.
template <class K>
Serde<Windowed<K>> time_windowed(Serde<K> inner, std::chrono::milliseconds size) {
  return Serde<Windowed<K>>(std::make_shared<TimeWindowedCodec<K>>(std::move(inner), size));
}

// Sessions over keys of `inner`.
template <class K>
Serde<Windowed<K>> session_windowed(Serde<K> inner) {
  return Serde<Windowed<K>>(std::make_shared<SessionWindowedCodec<K>>(std::move(inner)));
}

}  // namespace serde

}  // namespace pawl

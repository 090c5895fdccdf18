// Serde<T>: how values of T become bytes and back. A small immutable handle; copies share one
// codec. To give an own type a serde, derive from Codec<T> and pass
// `Serde<T>(std::make_shared<MyCodec>())`, or specialise DefaultSerde<T> so that every repartition
// topic, store and sink finds it. Kafka's null never reaches a serde: null stays null. Thread rule:
// encode and decode run on several threads at once; a codec has no mutable state.
#pragma once

#include <pawl/model/bytes.h>
#include <pawl/model/result.h>

#include <concepts>
#include <memory>
#include <utility>

namespace pawl {

template <class T>
class Codec {
 public:
  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual ~Codec() = default;

  // Appends the bytes of `value` to `out`. Total: every T has an encoding.
  virtual void encode(const T& value, Bytes& out) const = 0;

  // Overwrites `value`, reusing its memory, which is why it is not a return value.
  // Errors: invalid_record; `value` is then unspecified.
  // Lifetime: a codec of a borrowed type may keep views into `bytes`.
  virtual Result<void> decode(BytesView bytes, T& value) const = 0;

  // Returns: the part of an encoded key that chooses the partition in the topics of Stream::to. All
  // of it, unless the key is windowed (Source: WindowedStreamPartitioner).
  [[nodiscard]] virtual BytesView partition_key(BytesView encoded) const { return encoded; }
  // Whether partition_key is not simply the whole key; such a sink chooses the partition itself.
  [[nodiscard]] virtual bool chooses_partition() const { return false; }
};

template <class T>
class Serde {
 public:
  using value_type = T;
  explicit Serde(std::shared_ptr<const Codec<T>> codec) : codec_(std::move(codec)) {}

  void encode(const T& value, Bytes& out) const { codec_->encode(value, out); }
  [[nodiscard]] Bytes encode(const T& value) const {
    Bytes out;
    codec_->encode(value, out);
    return out;
  }
  Result<void> decode(BytesView bytes, T& value) const { return codec_->decode(bytes, value); }
  // Requires: T is default constructible.
  [[nodiscard]] Result<T> decode(BytesView bytes) const {
    T value{};
    PAWL_TRY(codec_->decode(bytes, value));
    return value;
  }
  [[nodiscard]] const Codec<T>& codec() const { return *codec_; }

 private:
  std::shared_ptr<const Codec<T>> codec_;
};

// The serde of a type for which none was given. Specialise it with `static Serde<T> make()`.
template <class T>
struct DefaultSerde {};

template <class T>
concept HasDefaultSerde = requires {
  { DefaultSerde<T>::make() } -> std::same_as<Serde<T>>;
};

// Returns: DefaultSerde<T>::make(); a compile error that names the remedy for a type without one.
template <class T>
Serde<T> default_serde() {
  static_assert(
      HasDefaultSerde<T>,
      "pawl: this type has no serde. Specialise pawl::DefaultSerde<T>, or pass a Serde<T> where "
      "the "
      "type meets a topic or a store: to stream(), table() or a store definition, with "
      "Grouped::with, Produced::with, Repartitioned::with or Joined::with, or as the last argument "
      "of aggregate().");
  return DefaultSerde<T>::make();
}

}  // namespace pawl

// StreamJoined: the options of a join of two streams: names, serdes, stores.
//   left.join(right, joiner, windows, StreamJoined::as("orders-payments"))
//   left.join(right, joiner, windows, StreamJoined::with(serde::string(), order, payment))
// Names: as() names the nodes `<name>-this-join` and so on and the repartition topics
// `<name>-left-repartition` and `<name>-right-repartition`; store_name() names the stores
// `<store>-this-join-store` and so on. Source: StreamJoined. Thread rule: values.
#pragma once

#include <pawl/serde/serde.h>
#include <pawl/statestore/store_spec.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace pawl {

// The serdes of the key, of the left and of the right value; StreamJoinSerdes<> has none.
template <class K = void, class VLeft = void, class VRight = void>
struct StreamJoinSerdes {
  Serde<K> key;
  Serde<VLeft> left;
  Serde<VRight> right;
};
template <>
struct StreamJoinSerdes<void, void, void> {};

// What the options say apart from serdes.
struct StreamJoinChoices {
  std::optional<std::string> name;
  std::optional<std::string> store_name;
  // Whole names of the two window stores.
  std::optional<std::string> left_store;
  std::optional<std::string> right_store;
  Persistence persistence = Persistence::persistent;
  Logging logging = Logging::enabled;
  std::map<std::string, std::string> changelog_config;
  std::chrono::milliseconds emit_interval{0};
};

template <class K = void, class VLeft = void, class VRight = void>
class StreamJoinOptions {
 public:
  static constexpr bool kHasSerdes = !std::is_void_v<K>;

  StreamJoinOptions()
    requires(!kHasSerdes)
  = default;
  StreamJoinOptions(StreamJoinSerdes<K, VLeft, VRight> serdes, StreamJoinChoices choices)
      : serdes_(std::move(serdes)), choices_(std::move(choices)) {}

  // Names the nodes and repartition topics.
  [[nodiscard]] StreamJoinOptions named(std::string name) && {
    choices_.name = std::move(name);
    return std::move(*this);
  }
  // Names the stores.
  [[nodiscard]] StreamJoinOptions store_name(std::string name) && {
    choices_.store_name = std::move(name);
    return std::move(*this);
  }
  // Gives both window stores whole names of their own. As with Kafka Streams' store suppliers, they
  // always have changelogs, which are compacted as well (rows never share a key, so it changes
  // nothing): logging_disabled() and changelog_config() are for the store of records that met none.
  [[nodiscard]] StreamJoinOptions stores(std::string left, std::string right) && {
    choices_.left_store = std::move(left);
    choices_.right_store = std::move(right);
    return std::move(*this);
  }
  // Adds serdes.
  template <class OtherKey, class OtherLeft, class OtherRight>
  [[nodiscard]] StreamJoinOptions<OtherKey, OtherLeft, OtherRight> with(
      Serde<OtherKey> key, Serde<OtherLeft> left, Serde<OtherRight> right) && {
    return {{std::move(key), std::move(left), std::move(right)}, std::move(choices_)};
  }
  // Keeps the committed state in memory; after a restart it is read back from the changelogs.
  [[nodiscard]] StreamJoinOptions in_memory() && {
    choices_.persistence = Persistence::in_memory;
    return std::move(*this);
  }
  // No changelogs: the stores start empty when their directory is lost.
  [[nodiscard]] StreamJoinOptions logging_disabled() && {
    choices_.logging = Logging::disabled;
    return std::move(*this);
  }
  // Topic configs of the changelogs, over the library's own; but those of the window stores stay
  // cleanup.policy=delete.
  [[nodiscard]] StreamJoinOptions changelog_config(std::map<std::string, std::string> config) && {
    choices_.changelog_config = std::move(config);
    return std::move(*this);
  }
  // Left and outer joins: records that met none are looked for at most once per interval of wall
  // clock. 0, the default: whenever one may be due, so that results do not depend on the clock.
  // Kafka Streams: 1 s.
  [[nodiscard]] StreamJoinOptions emit_interval(std::chrono::milliseconds interval) && {
    choices_.emit_interval = interval;
    return std::move(*this);
  }

  [[nodiscard]] const StreamJoinSerdes<K, VLeft, VRight>& serdes() const { return serdes_; }
  [[nodiscard]] const StreamJoinChoices& choices() const { return choices_; }

 private:
  StreamJoinSerdes<K, VLeft, VRight> serdes_;
  StreamJoinChoices choices_;
};

struct StreamJoined {
  static StreamJoinOptions<> as(std::string name) {
    return StreamJoinOptions<>().named(std::move(name));
  }
  static StreamJoinOptions<> store_name(std::string name) {
    return StreamJoinOptions<>().store_name(std::move(name));
  }
  static StreamJoinOptions<> stores(std::string left, std::string right) {
    return StreamJoinOptions<>().stores(std::move(left), std::move(right));
  }
  static StreamJoinOptions<> in_memory() { return StreamJoinOptions<>().in_memory(); }
  static StreamJoinOptions<> emit_interval(std::chrono::milliseconds interval) {
    return StreamJoinOptions<>().emit_interval(interval);
  }
  template <class K, class VLeft, class VRight>
  static StreamJoinOptions<K, VLeft, VRight> with(Serde<K> key, Serde<VLeft> left,
                                                  Serde<VRight> right) {
    return StreamJoinOptions<>().with(std::move(key), std::move(left), std::move(right));
  }
};

}  // namespace pawl

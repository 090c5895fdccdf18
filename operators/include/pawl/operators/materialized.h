// Materialized: the store behind an aggregation or a table: its name, where it is kept, its
// changelog.
//   .count(Materialized::as("departures-per-hour").in_memory())
#pragma once

#include <pawl/engine/topology.h>
#include <pawl/statestore/store_spec.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace pawl {

class Materialized {
 public:
  // A generated name.
  Materialized() = default;
  static Materialized as(std::string store_name) {
    Materialized materialized;
    materialized.name_ = std::move(store_name);
    return materialized;
  }

  // A store that also keeps what each key's value was before (statestore/versioned_store.h): joins
  // look up the value at the time of their record. `history_retention`: how far back, and how late
  // an update may come. Not for windows.
  static Materialized as_versioned(std::string store_name,
                                   std::chrono::milliseconds history_retention) {
    Materialized materialized = as(std::move(store_name));
    materialized.history_retention_ = history_retention;
    return materialized;
  }

  // In memory, with at most `entries_max` keys: the one that was not used for longest goes first,
  // without anybody downstream being told. Not for windows.
  static Materialized as_lru_map(std::string store_name, std::size_t entries_max) {
    Materialized materialized = as(std::move(store_name));
    materialized.persistence_ = Persistence::in_memory;
    materialized.entries_max_ = entries_max;
    return materialized;
  }

  [[nodiscard]] Materialized in_memory() && {
    persistence_ = Persistence::in_memory;
    return std::move(*this);
  }
  // No changelog: the store starts empty when its directory is lost.
  [[nodiscard]] Materialized logging_disabled() && {
    logging_ = Logging::disabled;
    return std::move(*this);
  }
  // Forwards and logs every update at once, even if the application has a record cache
  // (Settings::record_cache_bytes_max).
  [[nodiscard]] Materialized caching_disabled() && {
    caching_ = Caching::disabled;
    return std::move(*this);
  }
  // Merges the updates of a commit in the record cache, if the application has one. The default.
  [[nodiscard]] Materialized caching_enabled() && {
    caching_ = Caching::enabled;
    return std::move(*this);
  }
  // Topic configs of the changelog, over the library's own.
  [[nodiscard]] Materialized changelog_config(std::map<std::string, std::string> config) && {
    changelog_config_ = std::move(config);
    return std::move(*this);
  }
  // Window stores: how far back windows can be read. At least window size + grace, which is the
  // default.
  [[nodiscard]] Materialized retention(std::chrono::milliseconds retention) && {
    retention_ = retention;
    return std::move(*this);
  }
  // Values without the timestamps of the records that made them.
  [[nodiscard]] Materialized plain_values() && {
    timestamped_ = false;
    return std::move(*this);
  }

  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }
  [[nodiscard]] const std::optional<std::chrono::milliseconds>& retention() const {
    return retention_;
  }
  // Returns: the spec of a store of this kind. Throws TopologyError for a versioned or limited
  // window store, and for a retention without windows.
  [[nodiscard]] StoreSpec spec(std::string store_name, StoreKind kind) const {
    StoreSpec spec;
    spec.name = std::move(store_name);
    spec.kind = kind;
    spec.persistence = persistence_;
    spec.timestamped = timestamped_;
    spec.logging = logging_;
    spec.caching = caching_;
    spec.changelog_config = changelog_config_;
    spec.follows_store_format = timestamped_ && !entries_max_.has_value();
    spec.entries_max = entries_max_;
    if (kind != StoreKind::key_value &&
        (history_retention_.has_value() || entries_max_.has_value())) {
      throw TopologyError("store '" + spec.name +
                          "' keeps windows, which have neither versions nor a limit of their "
                          "number: use Materialized::as");
    }
    if (kind == StoreKind::key_value && retention_.has_value()) {
      throw TopologyError("store '" + spec.name +
                          "' keeps no windows, so nothing in it expires: leave "
                          "Materialized::retention out (the history of a versioned store is given "
                          "to Materialized::as_versioned)");
    }
    if (history_retention_.has_value()) {
      spec.kind = StoreKind::versioned_key_value;
      spec.retention = *history_retention_;
      spec.timestamped = true;
      spec.caching = Caching::disabled;
      spec.follows_store_format = false;
    }
    return spec;
  }

 private:
  std::optional<std::string> name_;
  Persistence persistence_ = Persistence::persistent;
  Logging logging_ = Logging::enabled;
  Caching caching_ = Caching::enabled;
  bool timestamped_ = true;
  std::map<std::string, std::string> changelog_config_;
  std::optional<std::chrono::milliseconds> retention_;
  std::optional<std::chrono::milliseconds> history_retention_;
  std::optional<std::size_t> entries_max_;
};

}  // namespace pawl

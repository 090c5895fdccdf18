// Materialized: the store behind an aggregation or a table: its name, where it is kept, its
// changelog.
//   .count(Materialized::as("departures-per-hour").in_memory())
#pragma once

#include <pawl/statestore/store_spec.h>

#include <chrono>
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
  // Returns: the spec of a store of this kind.
  [[nodiscard]] StoreSpec spec(std::string store_name, StoreKind kind) const {
    StoreSpec spec;
    spec.name = std::move(store_name);
    spec.kind = kind;
    spec.persistence = persistence_;
    spec.timestamped = timestamped_;
    spec.logging = logging_;
    spec.caching = caching_;
    spec.changelog_config = changelog_config_;
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
};

}  // namespace pawl

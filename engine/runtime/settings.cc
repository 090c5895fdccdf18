#include "client/rdkafka/clients.h"

#include <pawl/engine/settings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <optional>
#include <string_view>

namespace pawl {
namespace {

using std::chrono::milliseconds;

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

// A number followed by one of the units, or by nothing where the unit "" is among them.
std::optional<std::int64_t> parse_with_unit(
    std::string_view text, const std::vector<std::pair<std::string_view, std::int64_t>>& units) {
  const std::size_t digits = text.find_first_not_of("-0123456789");
  const auto number = parse_number(text.substr(0, digits));
  const std::string_view unit = digits == std::string_view::npos ? "" : text.substr(digits);
  const auto known = std::find_if(units.begin(), units.end(),
                                  [&](const auto& candidate) { return candidate.first == unit; });
  std::int64_t result = 0;
  if (!number.has_value() || known == units.end() ||
      __builtin_mul_overflow(*number, known->second, &result)) {
    return std::nullopt;
  }
  return result;
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto value = parse_with_unit(
      text, {{"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}});
  return value.has_value() ? std::optional(milliseconds(*value)) : std::nullopt;
}

std::optional<std::size_t> parse_size(std::string_view text) {
  const auto value =
      parse_with_unit(text, {{"", 1}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}});
  return value.has_value() && *value >= 0 ? std::optional(static_cast<std::size_t>(*value))
                                          : std::nullopt;
}

// Sets one field from its text. Returns: what the text should have been, or nothing when all is
// well.
using Parser = std::function<std::optional<std::string>(Settings&, const std::string&)>;

template <class T>
Parser duration_of(T member) {
  return [member](Settings& settings, const std::string& text) -> std::optional<std::string> {
    const auto value = parse_duration(text);
    if (!value.has_value()) {
      return "a duration such as 250ms, 10s, 5min or 24h";
    }
    settings.*member = *value;
    return std::nullopt;
  };
}

template <class T>
Parser size_of(T member) {
  return [member](Settings& settings, const std::string& text) -> std::optional<std::string> {
    const auto value = parse_size(text);
    if (!value.has_value()) {
      return "a size such as 1000000, 512KiB or 64MiB";
    }
    settings.*member = static_cast<std::remove_cvref_t<decltype(settings.*member)>>(*value);
    return std::nullopt;
  };
}

template <class T>
Parser number_of(T member) {
  return [member](Settings& settings, const std::string& text) -> std::optional<std::string> {
    const auto value = parse_number(text);
    if (!value.has_value()) {
      return "a number";
    }
    settings.*member = static_cast<std::remove_cvref_t<decltype(settings.*member)>>(*value);
    return std::nullopt;
  };
}

template <class T>
Parser text_of(T member) {
  return [member](Settings& settings, const std::string& text) -> std::optional<std::string> {
    settings.*member = text;
    return std::nullopt;
  };
}

// One of several words. `set` stores the position of the word.
Parser word_of(std::vector<std::string> words, std::function<void(Settings&, std::size_t)> set) {
  return [words = std::move(words), set = std::move(set)](
             Settings& settings, const std::string& text) -> std::optional<std::string> {
    const auto found = std::find(words.begin(), words.end(), text);
    if (found == words.end()) {
      return fmt::format("one of: {}", fmt::join(words, ", "));
    }
    set(settings, static_cast<std::size_t>(found - words.begin()));
    return std::nullopt;
  };
}

Parser policy_of(OnBadRecord ErrorPolicy::* member) {
  return word_of({"fail", "skip", "dead_letter"}, [member](Settings& settings, std::size_t word) {
    settings.errors.*member = static_cast<OnBadRecord>(word);
  });
}

const std::map<std::string, Parser>& parsers() {
  static const std::map<std::string, Parser> kParsers{
      {"application_id", text_of(&Settings::application_id)},
      {"bootstrap_servers", text_of(&Settings::bootstrap_servers)},
      {"state_dir", text_of(&Settings::state_dir)},
      {"instance_id", text_of(&Settings::instance_id)},
      {"guarantee", word_of({"exactly_once", "at_least_once"},
                            [](Settings& settings, std::size_t word) {
                              settings.guarantee = static_cast<Guarantee>(word);
                            })},
      {"compatibility", word_of({"native", "kafka_streams_4_3"},
                                [](Settings& settings, std::size_t word) {
                                  settings.compatibility = static_cast<Compatibility>(word);
                                })},
      {"threads", number_of(&Settings::threads)},
      {"commit_interval", duration_of(&Settings::commit_interval)},
      {"transaction_timeout", duration_of(&Settings::transaction_timeout)},
      {"session_timeout", duration_of(&Settings::session_timeout)},
      {"max_poll_interval", duration_of(&Settings::max_poll_interval)},
      {"max_task_idle", duration_of(&Settings::max_task_idle)},
      {"purge_interval", duration_of(&Settings::purge_interval)},
      {"errors.undecodable", policy_of(&ErrorPolicy::undecodable)},
      {"errors.processing", policy_of(&ErrorPolicy::processing)},
      {"errors.invalid_timestamp", word_of({"fail", "skip", "use_partition_time"},
                                           [](Settings& settings, std::size_t word) {
                                             constexpr std::array kWords{
                                                 InvalidTimestamp::fail, InvalidTimestamp::skip,
                                                 InvalidTimestamp::use_partition_time};
                                             settings.errors.invalid_timestamp = kWords[word];
                                           })},
      {"errors.dead_letter_topic",
       [](Settings& settings, const std::string& text) -> std::optional<std::string> {
         settings.errors.dead_letter_topic = text;
         return std::nullopt;
       }},
      {"buffered_records_max", size_of(&Settings::buffered_records_max)},
      {"buffered_bytes_max", size_of(&Settings::buffered_bytes_max)},
      {"fetch_queue_bytes_max", size_of(&Settings::fetch_queue_bytes_max)},
      {"roll_forward_max", size_of(&Settings::roll_forward_max)},
      {"roll_forward_bytes_max", size_of(&Settings::roll_forward_bytes_max)},
      {"block_cache_bytes_max", size_of(&Settings::block_cache_bytes_max)},
      {"write_buffer_bytes_max", size_of(&Settings::write_buffer_bytes_max)},
      {"store_cache_bytes_max", size_of(&Settings::store_cache_bytes_max)},
      {"record_cache_bytes_max", size_of(&Settings::record_cache_bytes_max)},
      {"replication_factor", number_of(&Settings::replication_factor)},
  };
  return kParsers;
}

bool is_topic_name(const std::string& name) {
  return !name.empty() && name.size() <= 200 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

void check_times(const Settings& settings, std::vector<std::string>& mistakes) {
  const auto positive = [&](const char* name, milliseconds value) {
    if (value.count() <= 0) {
      mistakes.push_back(fmt::format("{} is {} ms: it must be positive", name, value.count()));
    }
  };
  positive("transaction_timeout", settings.transaction_timeout);
  positive("session_timeout", settings.session_timeout);
  positive("max_poll_interval", settings.max_poll_interval);
  positive("purge_interval", settings.purge_interval);
  if (settings.commit_interval.count() < 0) {
    mistakes.emplace_back("commit_interval is negative: use 0 for the default");
  }
  if (settings.guarantee == Guarantee::exactly_once &&
      settings.effective_commit_interval() * 2 > settings.transaction_timeout) {
    mistakes.push_back(fmt::format(
        "commit_interval ({} ms) is more than half of transaction_timeout ({} ms), so a slow "
        "commit would be aborted by "
        "the broker: lower the one or raise the other",
        settings.effective_commit_interval().count(), settings.transaction_timeout.count()));
  }
  if (settings.max_poll_interval < settings.session_timeout) {
    mistakes.push_back(
        fmt::format("max_poll_interval ({} ms) is shorter than session_timeout ({} ms): raise the "
                    "one or lower the other",
                    settings.max_poll_interval.count(), settings.session_timeout.count()));
  }
}

void check_errors(const Settings& settings, std::vector<std::string>& mistakes) {
  const bool dead_letters = settings.errors.undecodable == OnBadRecord::dead_letter ||
                            settings.errors.processing == OnBadRecord::dead_letter;
  if (dead_letters && settings.errors.dead_letter_topic.empty()) {
    mistakes.emplace_back(
        "an error policy is dead_letter, but errors.dead_letter_topic is empty: name a topic");
  }
  if (!dead_letters && !settings.errors.dead_letter_topic.empty()) {
    mistakes.emplace_back(
        "errors.dead_letter_topic is set, but no error policy is dead_letter: set one, or remove "
        "the topic");
  }
  if (settings.errors.invalid_timestamp == InvalidTimestamp::by_settings) {
    mistakes.emplace_back(
        "errors.invalid_timestamp is by_settings: choose fail, skip or use_partition_time");
  }
}

}  // namespace

ConfigError::ConfigError(const std::vector<std::string>& mistakes)
    : std::invalid_argument(
          fmt::format("the settings cannot be used:\n  - {}", fmt::join(mistakes, "\n  - "))),
      mistakes_(mistakes) {}

std::vector<std::string> Settings::check() const {
  std::vector<std::string> mistakes;
  if (!is_topic_name(application_id)) {
    mistakes.push_back(
        fmt::format("application_id '{}' is not possible: it is part of topic names, so use 1 to "
                    "200 characters of a-z A-Z 0-9 . _ -",
                    application_id));
  }
  if (bootstrap_servers.empty()) {
    mistakes.emplace_back("bootstrap_servers is empty: give host:port of a broker");
  }
  if (!instance_id.empty() && !is_topic_name(instance_id)) {
    mistakes.push_back(
        fmt::format("instance_id '{}' is not possible: use a-z A-Z 0-9 . _ -", instance_id));
  }
  if (threads < 1 || threads > 256) {
    mistakes.push_back(fmt::format("threads is {}: it must be 1 to 256", threads));
  }
  if (replication_factor != -1 && replication_factor < 1) {
    mistakes.push_back(
        fmt::format("replication_factor is {}: use -1 for the broker's default, or at least 1",
                    replication_factor));
  }
  if (buffered_records_max == 0 || buffered_bytes_max == 0) {
    mistakes.emplace_back("buffered_records_max and buffered_bytes_max must be positive");
  }
  if (roll_forward_max == 0 || roll_forward_bytes_max == 0) {
    mistakes.emplace_back("roll_forward_max and roll_forward_bytes_max must be positive");
  }
  check_times(*this, mistakes);
  check_errors(*this, mistakes);
  for (std::string& mistake : internal::check_kafka_properties(kafka)) {
    mistakes.push_back(std::move(mistake));
  }
  return mistakes;
}

Settings Settings::parse(const std::map<std::string, std::string>& texts) {
  constexpr std::string_view kKafkaPrefix = "kafka.";
  Settings settings;
  std::vector<std::string> mistakes;
  for (const auto& [name, text] : texts) {
    if (name.starts_with(kKafkaPrefix)) {
      settings.kafka[name.substr(kKafkaPrefix.size())] = text;
      continue;
    }
    const auto parser = parsers().find(name);
    if (parser == parsers().end()) {
      mistakes.push_back(
          fmt::format("'{}' is not a setting: see pawl/engine/settings.h; properties of the Kafka "
                      "client begin with kafka.",
                      name));
    } else if (const auto expected = parser->second(settings, text)) {
      mistakes.push_back(fmt::format("{} = '{}' is not usable: it is {}", name, text, *expected));
    }
  }
  if (!mistakes.empty()) {
    throw ConfigError(mistakes);
  }
  return settings;
}

}  // namespace pawl

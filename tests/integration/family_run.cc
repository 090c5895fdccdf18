#include "integration/family_run.h"

#include "topology/internal_topics.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace pawl::test {

using internal::Isolation;
using std::chrono::seconds;

namespace {

// A step is sent in so many parts, and so processed in several transactions.
constexpr std::size_t kParts = 3;
constexpr std::array<const char*, 2> kCrashPoints = {"commit.after_offsets", "commit.acknowledged"};
constexpr seconds kGettingOn{120};
constexpr seconds kStoresSettle{20};
constexpr std::size_t kLogTail = 3000;

// Returns: how many records the stores of an instance were restored from, as its log says.
std::int64_t restored(const std::string& log) {
  constexpr std::string_view kSays = ": restored ";
  std::int64_t records = 0;
  for (std::size_t at = log.find(kSays); at != std::string::npos; at = log.find(kSays, at + 1)) {
    records += std::stoll(log.substr(at + kSays.size()));
  }
  return records;
}

}  // namespace

FamilyRun::FamilyRun(Family family, unsigned seed, std::string bug)
    : family_(std::move(family)),
      dice_(seed),
      bug_(std::move(bug)),
      application_(unique_name("family")),
      prefix_(application_ + "."),
      topology_(family_.topology(prefix_)) {}

std::vector<std::string> FamilyRun::differences() {
  create_topics();
  feed();
  compare_stores();
  compare_outputs();
  count_aborted();
  stop();
  return differences_.texts();
}

void FamilyRun::create_topics() const {
  for (const FamilyTopic& topic : family_.inputs) {
    kafka_.create_topic(prefix_ + topic.name, topic.partitions, topic.config);
  }
  for (const std::string& topic : family_.outputs) {
    kafka_.create_topic(prefix_ + topic, kFamilyPartitions);
  }
}

// Under its old name and with nothing else.
void FamilyRun::start(std::size_t number) {
  Instance& instance = instances_[number];
  instance.directory = std::make_unique<TemporaryDirectory>();
  const std::string name = "instance-" + std::to_string(number);
  instance.log_file =
      (files_.path() / (name + "-life-" + std::to_string(++instance.life) + ".log")).string();
  instance.process = std::make_unique<Process>(
      std::vector<std::string>{PAWL_TEST_FAMILIES, "--bootstrap", kafka_.bootstrap(),
                               "--application-id", application_, "--instance-id", name,
                               "--state-dir", instance.directory->path().string(), "--family",
                               family_.name, "--topics", prefix_, "--rows-file",
                               (files_.path() / (name + ".rows")).string(), "--crash-point",
                               kCrashPoints[number], "--bug", bug_},
      std::map<std::string, std::string>{}, instance.log_file);
}

void FamilyRun::feed() {
  for (std::size_t number = 0; number < instances_.size(); ++number) {
    start(number);
  }
  wait_for("both instances have tasks", [&] {
    return std::all_of(instances_.begin(), instances_.end(), [](const Instance& instance) {
      return instance.process->output().find("] running") != std::string::npos;
    });
  });
  const std::vector<TopicRecords> steps = family_.steps(dice_);
  for (std::size_t step = 0; step < steps.size(); ++step) {
    std::optional<std::size_t> victim;
    if (step == kFirstKill || step == kSecondKill) {
      victim = step == kFirstKill ? 0 : 1;
      const Process& process = *instances_[*victim].process;
      process.signal(SIGUSR2);
      wait_for("the crash point is armed",
               [&] { return process.output().find("armed\n") != std::string::npos; });
    }
    send(steps[step]);
    if (victim.has_value()) {
      replace_killed(*victim);
    }
    wait_for("step " + std::to_string(step) + " is processed",
             [&] { return at_rest() && global_stores_loaded(); });
    if (victim.has_value()) {
      restored_records_[*victim] = restored(instances_[*victim].process->output());
    }
  }
}

void FamilyRun::send(const TopicRecords& step) const {
  for (std::size_t part = 0; part < kParts; ++part) {
    for (const auto& sent : step) {
      const std::vector<StoredRecord>& records = sent.second;
      const auto at = [&](std::size_t number) {
        return records.begin() + static_cast<std::ptrdiff_t>(records.size() * number / kParts);
      };
      kafka_.produce(prefix_ + sent.first, std::vector<StoredRecord>(at(part), at(part + 1)));
    }
  }
}

void FamilyRun::replace_killed(std::size_t number) {
  Process& process = *instances_[number].process;
  wait_for("an instance dies at its crash point", [&] { return process.ended().has_value(); });
  if (process.ended() != -SIGKILL) {
    throw std::runtime_error("an instance ended by itself\n" + log_tails());
  }
  if (number == 0) {
    look_at_kill();
  }
  start(number);
}

void FamilyRun::look_at_kill() {
  unconsumed_at_kill_ = unconsumed(source_ends());
  for (const std::string& output : family_.outputs) {
    results_at_kill_ += kafka_.read(prefix_ + output).size();
  }
}

void FamilyRun::stop() {
  for (const Instance& instance : instances_) {
    instance.process->signal(SIGTERM);
  }
  for (const Instance& instance : instances_) {
    if (instance.process->wait_for(60) != 0) {
      differences_.tell("an instance did not stop clean:\n", log_tails());
    }
  }
}

// --- what the instances read and write
// ------------------------------------------------------------

std::vector<TopicPartition> FamilyRun::source_partitions() const {
  std::vector<TopicPartition> partitions;
  const auto add = [&](const std::string& topic) {
    const std::vector<TopicPartition> more = kafka_.partitions(topic);
    partitions.insert(partitions.end(), more.begin(), more.end());
  };
  for (const Subtopology& subtopology : topology_.subtopologies()) {
    if (!subtopology.global) {
      for (const std::string& topic : subtopology.source_topics) {
        add(topic);
      }
      for (const std::string& topic : subtopology.repartition_sources) {
        add(internal::internal_topic_name(application_, topic));
      }
    }
  }
  return partitions;
}

std::map<TopicPartition, Offset> FamilyRun::source_ends() const {
  auto ends = kafka_.admin().end_offsets(source_partitions(), kGettingOn);
  if (!ends.has_value()) {
    throw std::runtime_error(ends.error().message);
  }
  return std::move(ends).value();
}

std::int64_t FamilyRun::unconsumed(const std::map<TopicPartition, Offset>& ends) const {
  const auto committed = kafka_.committed(application_, source_partitions());
  std::int64_t records = 0;
  for (const auto& [where, end] : ends) {
    const auto found = committed.find(where);
    const std::int64_t done = found == committed.end() ? 0 : found->second.offset.value();
    records += std::max<std::int64_t>(0, end.value() - std::max<std::int64_t>(0, done));
  }
  return records;
}

bool FamilyRun::at_rest() const {
  const auto ends = source_ends();
  // What was processed meanwhile has written by now whatever comes of it.
  return unconsumed(ends) == 0 && source_ends() == ends;
}

std::set<std::string> FamilyRun::written_topics() const {
  std::set<std::string> topics;
  for (const std::string& output : family_.outputs) {
    topics.insert(prefix_ + output);
  }
  for (const RepartitionTopicSpec& topic : topology_.repartition_topics()) {
    topics.insert(internal::internal_topic_name(application_, topic.name));
  }
  for (const StoreSpec& store : topology_.stores()) {
    if (!store.global && !store.source_topic.has_value()) {
      topics.insert(internal::changelog_topic_name(application_, store.name));
    }
  }
  return topics;
}

// --- comparisons
// ----------------------------------------------------------------------------------

void FamilyRun::compare_outputs() {
  // A reader gets to the end only when no transaction is open.
  wait_for("all transactions have ended", [&] {
    const std::set<std::string> topics = written_topics();
    return std::all_of(topics.begin(), topics.end(), [&](const std::string& topic) {
      return kafka_.last_stable_offsets(topic) == kafka_.ends(topic);
    });
  });
  TopicRecords records;
  for (const FamilyTopic& topic : family_.inputs) {
    records[topic.name] = kafka_.read(prefix_ + topic.name);
  }
  for (const std::string& topic : family_.outputs) {
    records[topic] = kafka_.read(prefix_ + topic);
  }
  for (const StoreSpec& store : topology_.stores()) {
    if (!store.global && !store.source_topic.has_value()) {
      records[store.name + "-changelog"] =
          kafka_.read(internal::changelog_topic_name(application_, store.name));
    }
  }
  family_.check(records, differences_);
}

void FamilyRun::count_aborted() {
  for (const std::string& topic : written_topics()) {
    aborted_records_ +=
        kafka_.read(topic, Isolation::read_uncommitted).size() - kafka_.read(topic).size();
  }
}

std::map<std::string, Texts> FamilyRun::rows_of_instance(std::size_t number) {
  const std::filesystem::path file =
      files_.path() / ("instance-" + std::to_string(number) + ".rows");
  std::filesystem::remove(file);
  instances_[number].process->signal(SIGUSR1);
  wait_for("an instance writes its rows", [&] { return std::filesystem::exists(file); });
  std::map<std::string, Texts> rows;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t blank = line.find(' ');
    rows[line.substr(0, blank)].insert(line.substr(blank + 1));
  }
  return rows;
}

bool FamilyRun::global_stores_loaded() {
  for (const Subtopology& subtopology : topology_.subtopologies()) {
    if (!subtopology.global) {
      continue;
    }
    for (const std::string& store : subtopology.stores) {
      const Texts wanted =
          folded_rows(topology_.store(store), kafka_.read(*subtopology.source_topics.begin()));
      for (std::size_t number = 0; number < instances_.size(); ++number) {
        if (rows_of_instance(number)[store] != wanted) {
          return false;
        }
      }
    }
  }
  return true;
}

Differences FamilyRun::store_differences() {
  Differences found;
  std::map<std::string, Texts> rows;
  for (std::size_t number = 0; number < instances_.size(); ++number) {
    bool has_tasks = false;
    for (const auto& [store, of_instance] : rows_of_instance(number)) {
      has_tasks = has_tasks || !topology_.store(store).global;
      rows[store].insert(of_instance.begin(), of_instance.end());
    }
    if (!has_tasks) {
      found.tell("instance ", number, " has no task with rows");
    }
  }
  for (const StoreSpec& store : topology_.stores()) {
    // Global stores have been compared with each step.
    if (can_be_asked(store) && !store.global) {
      compare("store " + store.name,
              folded_rows(store, kafka_.read(internal::changelog_of(application_, store))),
              rows[store.name], found);
    }
    if (store.source_topic.has_value() &&
        !kafka_.partitions(internal::changelog_topic_name(application_, store.name)).empty()) {
      found.tell("store ", store.name, " has a changelog beside its source topic");
    }
  }
  return found;
}

void FamilyRun::compare_stores() {
  Differences found;
  eventually(
      [&] {
        found = store_differences();
        return found.texts().empty();
      },
      kStoresSettle);
  for (const std::string& text : found.texts()) {
    differences_.tell(text);
  }
}

void FamilyRun::wait_for(const std::string& what, const std::function<bool()>& condition) {
  if (!eventually(condition, kGettingOn)) {
    throw std::runtime_error("waited in vain until " + what + "\n" + log_tails());
  }
}

std::string FamilyRun::log_tails() const {
  std::string text;
  for (const Instance& instance : instances_) {
    if (instance.process != nullptr) {
      const std::string log = instance.process->output();
      text += "--- " + instance.log_file + "\n" +
              log.substr(log.size() > kLogTail ? log.size() - kLogTail : 0);
    }
  }
  return text;
}

}  // namespace pawl::test

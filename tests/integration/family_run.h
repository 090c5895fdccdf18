// FamilyRun: a family's topology on a real broker: two instances that are fed step by step, each of
// which is killed once and comes back with an empty directory; then the comparison of what is in
// Kafka and in the stores with what ought to be. Thread rule: one thread.
//
// The kills, both with work before and behind them:
//   instance 0  with a transaction sent but not committed: it must not be seen, and be done again
//   instance 1  with a transaction committed but not applied to the stores: it must not be done
//   again
#pragma once

#include "families/family.h"
#include "families/store_rows.h"
#include "support/process.h"
#include "support/temporary_directory.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace pawl::test {

class FamilyRun {
 public:
  // `bug`: one of support/planted_bugs.h; empty = none.
  FamilyRun(Family family, unsigned seed, std::string bug = "");

  // Returns: every difference between what came out and what ought to have; empty = all is right.
  // Throws std::runtime_error, with the ends of the logs, when the instances do not get on.
  std::vector<std::string> differences();

  // When an instance was killed with its transaction sent: how many input records were still to be
  // consumed, and how many results had been committed.
  [[nodiscard]] std::int64_t unconsumed_at_kill() const { return unconsumed_at_kill_; }
  [[nodiscard]] std::size_t results_at_kill() const { return results_at_kill_; }
  // How many records of aborted transactions there are in what the instances write.
  [[nodiscard]] std::size_t aborted_records() const { return aborted_records_; }
  // What the killed instances read back, in records.
  [[nodiscard]] const std::array<std::int64_t, 2>& restored_records() const {
    return restored_records_;
  }

 private:
  struct Instance {
    int life = 0;
    std::unique_ptr<TemporaryDirectory> directory;
    std::unique_ptr<Process> process;
    std::string log_file;
  };

  void create_topics() const;
  void start(std::size_t number);
  void feed();
  void send(const TopicRecords& step) const;
  // Waits for the death of an instance, and starts it again.
  void replace_killed(std::size_t number);
  void look_at_kill();
  void stop();

  // Whether everything is consumed and committed, and nothing more can come of it.
  [[nodiscard]] bool at_rest() const;
  [[nodiscard]] bool global_stores_loaded();
  [[nodiscard]] std::vector<TopicPartition> source_partitions() const;
  [[nodiscard]] std::int64_t unconsumed(const std::map<TopicPartition, Offset>& ends) const;
  [[nodiscard]] std::map<TopicPartition, Offset> source_ends() const;
  [[nodiscard]] std::set<std::string> written_topics() const;

  // The rows of all stores of an instance, now, by store.
  std::map<std::string, Texts> rows_of_instance(std::size_t number);
  void compare_outputs();
  void compare_stores();
  // One look at the stores. They must become equal; until then a task may be on its way.
  [[nodiscard]] Differences store_differences();
  void count_aborted();
  void wait_for(const std::string& what, const std::function<bool()>& condition);
  [[nodiscard]] std::string log_tails() const;

  Family family_;
  Dice dice_;
  std::string bug_;
  Kafka kafka_;
  std::string application_;
  std::string prefix_;
  Topology topology_;
  TemporaryDirectory files_;
  std::array<Instance, 2> instances_;
  Differences differences_;
  std::int64_t unconsumed_at_kill_ = 0;
  std::size_t results_at_kill_ = 0;
  std::size_t aborted_records_ = 0;
  std::array<std::int64_t, 2> restored_records_ = {0, 0};
};

}  // namespace pawl::test

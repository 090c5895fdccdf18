// DriverOutputs: what the tasks of a driver sent, until the test reads it; an abort takes back what
// was not read and not committed. Thread rule: one thread.
#pragma once

#include <pawl/testing/test_topics.h>

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace pawl::testing::internal {

class DriverOutputs {
 public:
  // Everything, in the order of sending; changelogs are not read by topic.
  void add(const ProducedRecord& record);
  // Returns: the next record of a topic, if there is one.
  std::optional<ProducedRecord> read(const std::string& topic);
  [[nodiscard]] std::size_t unread(const std::string& topic) const;
  // Returns: everything that was added since the last call.
  std::vector<ProducedRecord> take();

  void commit();
  void abort();

 private:
  std::map<std::string, std::deque<ProducedRecord>> unread_;
  std::vector<ProducedRecord> produced_;
  // How many of the last ones no commit has confirmed.
  std::map<std::string, std::size_t> uncommitted_unread_;
  std::size_t uncommitted_produced_ = 0;
};

}  // namespace pawl::testing::internal

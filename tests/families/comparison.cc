#include "families/comparison.h"

#include "families/dice.h"

#include <pawl/model/bytes.h>

namespace pawl::test {

std::string text_of(const std::optional<std::string>& value) {
  return value.value_or("(null)");
}

std::string text_of(const std::string& key, const std::optional<std::string>& value,
                    Timestamp time) {
  return key + "=" + text_of(value) + "@" + std::to_string(time.value() - kFirstEpoch);
}

Texts texts_of(const std::vector<StoredRecord>& records) {
  Texts texts;
  for (const StoredRecord& record : records) {
    texts.insert(text_of(*record.key, record.value, record.timestamp));
  }
  return texts;
}

std::string both(const std::string* left, const std::string* right) {
  return (left == nullptr ? "-" : *left) + "+" + (right == nullptr ? "-" : *right);
}

std::int64_t count_of(const StoredRecord& record) {
  return big_endian::load_i64(record.value->data());
}

Rows rows_of(const std::vector<StoredRecord>& records) {
  Rows rows;
  for (const StoredRecord& record : records) {
    if (record.value.has_value()) {
      rows[*record.key] = *record.value;
    } else {
      rows.erase(*record.key);
    }
  }
  return rows;
}

Histories histories_of(const std::vector<StoredRecord>& records) {
  Histories histories;
  for (const StoredRecord& record : records) {
    histories[*record.key].push_back(record.value);
  }
  return histories;
}

void compare_counts(const std::string& what, const std::map<std::string, std::int64_t>& wanted,
                    const std::vector<StoredRecord>& got, Differences& differences) {
  std::map<std::string, std::int64_t> counts;
  for (const StoredRecord& record : got) {
    std::int64_t& last = counts[*record.key];
    if (count_of(record) != last + 1) {
      differences.tell(what, ": ", *record.key, ": ", count_of(record), " follows ", last);
    }
    last = count_of(record);
  }
  for (const auto& [key, count] : wanted) {
    if (counts[key] != count) {
      differences.tell(what, ": ", key, " ends with ", counts[key], " instead of ", count);
    }
  }
  for (const auto& [key, count] : counts) {
    if (!wanted.contains(key)) {
      differences.tell(what, ": ", key, " is too much");
    }
  }
}

void compare(const std::string& what, const Texts& wanted, const Texts& got,
             Differences& differences) {
  Texts surplus = got;
  for (const std::string& text : wanted) {
    const auto found = surplus.find(text);
    if (found == surplus.end()) {
      differences.tell(what, ": missing: ", text);
    } else {
      surplus.erase(found);
    }
  }
  for (const std::string& text : surplus) {
    differences.tell(what, ": too much: ", text);
  }
}

void compare(const std::string& what, const Rows& wanted, const Rows& got,
             Differences& differences) {
  for (const auto& [key, value] : wanted) {
    const auto found = got.find(key);
    if (found == got.end() || found->second != value) {
      differences.tell(what, ": ", key, " is ", found == got.end() ? "missing" : found->second,
                       " instead of ", value);
    }
  }
  for (const auto& [key, value] : got) {
    if (!wanted.contains(key)) {
      differences.tell(what, ": ", key, " is ", value, " instead of nothing");
    }
  }
}

}  // namespace pawl::test

// Headers: the ordered header list of a record. Names may repeat; order and repetitions are kept,
// as in Kafka. Thread rule: a value.
#pragma once

#include <pawl/model/bytes.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pawl {

struct Header {
  std::string name;
  std::optional<Bytes> value;
  friend bool operator==(const Header&, const Header&) = default;
};

class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<Header> headers) : headers_(headers) {}

  void add(std::string name, std::optional<Bytes> value) {
    headers_.push_back({std::move(name), std::move(value)});
  }
  void remove(std::string_view name) {
    std::erase_if(headers_, [&](const Header& header) { return header.name == name; });
  }
  void clear() { headers_.clear(); }

  // Returns: the last header of that name, or null. Lifetime: until the list changes.
  [[nodiscard]] const Header* last(std::string_view name) const {
    const auto found = std::find_if(headers_.rbegin(), headers_.rend(),
                                    [&](const Header& header) { return header.name == name; });
    return found == headers_.rend() ? nullptr : &*found;
  }

  [[nodiscard]] bool empty() const { return headers_.empty(); }
  [[nodiscard]] std::size_t size() const { return headers_.size(); }
  [[nodiscard]] auto begin() const { return headers_.begin(); }
  [[nodiscard]] auto end() const { return headers_.end(); }

  // Returns: an empty list that lives as long as the program, for records without headers.
  static const Headers& none() {
    static const Headers kNone;
    return kNone;
  }

  friend bool operator==(const Headers&, const Headers&) = default;

 private:
  std::vector<Header> headers_;
};

}  // namespace pawl

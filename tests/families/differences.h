// Differences: what a check found, as texts; the first of them are enough.
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace pawl::test {

class Differences {
 public:
  template <class... Parts>
  void tell(const Parts&... parts) {
    if (texts_.size() < kTextsMax) {
      std::ostringstream text;
      (text << ... << parts);
      texts_.push_back(text.str());
    }
  }
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  static constexpr std::size_t kTextsMax = 20;
  std::vector<std::string> texts_;
};

}  // namespace pawl::test

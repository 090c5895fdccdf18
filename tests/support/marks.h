// Which coverage marks were hit since the object was made. A test of a rare path asks for its mark,
// so that it cannot pass by missing the path.
#pragma once

#include <pawl/model/guarded.h>
#include <pawl/model/mark.h>

#include <set>
#include <string>

namespace pawl::test {

class Marks {
 public:
  Marks() {
    hits().with([](auto& set) { set.clear(); });
    set_mark_listener([](const char* name) { hits().with([&](auto& set) { set.insert(name); }); });
  }
  Marks(const Marks&) = delete;
  Marks& operator=(const Marks&) = delete;
  ~Marks() { set_mark_listener(nullptr); }

  [[nodiscard]] bool hit(const std::string& name) const {
    return hits().with([&](const auto& set) { return set.contains(name); });
  }

 private:
  static Guarded<std::set<std::string>>& hits() {
    static Guarded<std::set<std::string>> set;
    return set;
  }
};

}  // namespace pawl::test

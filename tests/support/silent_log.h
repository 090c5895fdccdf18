// A log that keeps its lines for a test to look at.
#pragma once

#include <pawl/model/guarded.h>
#include <pawl/model/log.h>

#include <string>
#include <vector>

namespace pawl::test {

class SilentLog final : public LogSink {
 public:
  void write(LogLevel level, std::string_view component, std::string_view message) override {
    lines_.with([&](auto& lines) {
      lines.push_back(std::string(to_string(level)) + " [" + std::string(component) + "] " +
                      std::string(message));
    });
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    return lines_.with([](const auto& lines) { return lines; });
  }
  [[nodiscard]] bool contains(const std::string& part) const {
    for (const std::string& line : lines()) {
      if (line.find(part) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

 private:
  Guarded<std::vector<std::string>> lines_;
};

}  // namespace pawl::test

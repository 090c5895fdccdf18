// Printed: where and how Stream::print() writes records, one line each: `[label]: key, value`.
//   stream.print(Printed::to_file("/tmp/orders").label("orders"))
// Source: Printed, PrintForeachAction. Thread rule: a value; lines of several tasks do not mix.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pawl {

class Printed {
 public:
  // Takes whole lines. Thread rule: any thread.
  class Target {
   public:
    Target() = default;
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;
    virtual ~Target() = default;
    virtual void write_line(std::string_view line) = 0;
  };

  static Printed to_standard_output();
  // Overwrites the file. Throws TopologyError when it cannot be opened.
  static Printed to_file(const std::string& path);
  // Throws TopologyError for null.
  static Printed to(std::shared_ptr<Target> target);

  // What stands before every record; the default is the name of the stream's node.
  [[nodiscard]] Printed label(std::string label) && {
    label_ = std::move(label);
    return std::move(*this);
  }
  [[nodiscard]] Printed named(std::string name) && {
    name_ = std::move(name);
    return std::move(*this);
  }

  [[nodiscard]] const std::shared_ptr<Target>& target() const { return target_; }
  [[nodiscard]] const std::optional<std::string>& label() const { return label_; }
  [[nodiscard]] const std::optional<std::string>& name() const { return name_; }

 private:
  explicit Printed(std::shared_ptr<Target> target) : target_(std::move(target)) {}

  std::shared_ptr<Target> target_;
  std::optional<std::string> label_;
  std::optional<std::string> name_;
};

}  // namespace pawl

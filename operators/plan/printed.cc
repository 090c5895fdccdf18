#include <pawl/engine/topology.h>
#include <pawl/model/guarded.h>
#include <pawl/operators/printed.h>

#include <fstream>
#include <iostream>
#include <utility>

namespace pawl {
namespace {

class StandardOutput final : public Printed::Target {
 public:
  void write_line(std::string_view line) override {
    // One call, so that lines of several threads do not mix.
    std::string text(line);
    text += '\n';
    std::cout << text << std::flush;
  }
};

class File final : public Printed::Target {
 public:
  explicit File(const std::string& path) : out_(std::ofstream(path, std::ios::trunc)) {
    out_.with([&](std::ofstream& out) {
      if (!out.is_open()) {
        throw TopologyError("print() cannot write to '" + path +
                            "': its directory must exist and be writable");
      }
    });
  }
  void write_line(std::string_view line) override {
    out_.with([&](std::ofstream& out) { out << line << '\n' << std::flush; });
  }

 private:
  Guarded<std::ofstream> out_;
};

}  // namespace

Printed Printed::to_standard_output() {
  return Printed(std::make_shared<StandardOutput>());
}

Printed Printed::to(std::shared_ptr<Target> target) {
  if (target == nullptr) {
    throw TopologyError("Printed::to needs a target that takes the lines: it was given null");
  }
  return Printed(std::move(target));
}

Printed Printed::to_file(const std::string& path) {
  return Printed(std::make_shared<File>(path));
}

}  // namespace pawl

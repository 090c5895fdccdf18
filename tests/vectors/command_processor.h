// The hand-made step of the recordings about stores: takes records as commands to its store and
// answers to `out`.
#pragma once

#include "vectors/printed.h"

#include <pawl/engine/processor.h>
#include <pawl/operators/topology_builder.h>
#include <pawl/serde/primitives.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace pawl::test {

// `verb:argument`
struct Command {
  explicit Command(const std::string& text)
      : verb(text.substr(0, text.find(':'))),
        argument(verb.size() < text.size() ? text.substr(verb.size() + 1) : "") {}
  std::string verb;
  std::string argument;
};

// `from<separator>to`
struct TextRange {
  TextRange(const std::string& text, const std::string& separator)
      : from(text.substr(0, text.find(separator))),
        to(text.substr(from.size() + separator.size())) {}
  std::string from;
  std::string to;
};

template <class Definition, class K = std::string>
class CommandProcessor : public Processor<K, std::string, std::string, std::string> {
 public:
  explicit CommandProcessor(Definition definition) : definition_(std::move(definition)) {}

  void init(ProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    store_.emplace(context.store(definition_));
  }

 protected:
  void answer(const Record<K, std::string>& command, const std::string& text) {
    if constexpr (std::is_same_v<K, std::string>) {
      context_->forward(command.with_value(&text));
    } else {
      const std::string key = printed(*command.key);
      context_->forward(command.with_key(&key).with_value(&text));
    }
  }
  [[nodiscard]] ProcessorContext<std::string, std::string>& context() { return *context_; }
  [[nodiscard]] typename Definition::Store& store() { return *store_; }

 private:
  Definition definition_;
  ProcessorContext<std::string, std::string>* context_ = nullptr;
  std::optional<typename Definition::Store> store_;
};

// Returns: source `src` of `in` -> processor `proc` with the store -> sink `snk` to `out`.
template <class P, class Definition>
Topology with_store(const Definition& definition) {
  TopologyBuilder builder;
  const auto source = builder.source("src", {"in"}, default_serde<typename P::KeyIn>(),
                                     default_serde<typename P::ValueIn>());
  builder.add_store(definition);
  const auto processor =
      builder.processor("proc", [definition] { return std::make_unique<P>(definition); }, source,
                        {definition.spec().name});
  builder.sink("snk", "out", processor);
  return builder.build();
}

}  // namespace pawl::test

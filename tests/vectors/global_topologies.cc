// Global stores.
#include "vectors/printed.h"
#include "vectors/vector_topologies.h"

#include <pawl/engine/processor.h>
#include <pawl/operators/stateless_verbs.h>
#include <pawl/operators/stream_builder.h>
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>

namespace pawl::test {
namespace {

using StringRecord = Record<std::string, std::string>;
using Strings = stores::KeyValue<std::string, std::string>;

Strings global_store() {
  return stores::key_value<std::string, std::string>("gs");
}

// Keeps values in upper case.
class KeepUpperCase final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override {
    store_.emplace(context.store(global_store()));
  }
  void process(const StringRecord& record) override {
    if (record.value == nullptr) {
      store_->erase(*record.key);
      return;
    }
    std::string upper = *record.value;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    store_->put(*record.key, upper);
  }

 private:
  std::optional<Strings::Store> store_;
};

class LookUp final : public Processor<std::string, std::string> {
 public:
  void init(ProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
    store_.emplace(context.store(global_store()));
  }
  void process(const StringRecord& record) override {
    const std::string answer = printed(record.value) + "|" + printed(store_->get(*record.key));
    context_->forward(record.with_value(&answer));
  }

 private:
  ProcessorContext<std::string, std::string>* context_ = nullptr;
  std::optional<Strings::Store> store_;
};

Topology processor() {
  StreamBuilder builder;
  builder.add_global_store(global_store(), "global", serde::string(), serde::string(),
                           [] { return std::make_unique<KeepUpperCase>(); });
  // Recorded with processValues(), whose generated name differs in its prefix; a given name takes
  // no number.
  builder.stream<std::string, std::string>("in")
      .process([] { return std::make_unique<LookUp>(); }, {},
               Named::as("KSTREAM-PROCESSVALUES-0000000003"))
      .to("out", Produced::as("KSTREAM-SINK-0000000004").with(serde::string(), serde::string()));
  return builder.build();
}

}  // namespace

VectorTopologies global_topologies() {
  return {{"global_store_processor", processor}};
}

}  // namespace pawl::test

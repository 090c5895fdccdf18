// A fixed-key processor cannot forward a record with another key.
// Expected: private within this context
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

class Renames final : public pawl::FixedKeyProcessor<std::string, std::string> {
 public:
  void init(pawl::FixedKeyProcessorContext<std::string, std::string>& context) override {
    context_ = &context;
  }
  void process(const pawl::FixedKeyRecord<std::string, std::string>& record) override {
#ifdef PAWL_WRONG
    const std::string other = "other";
    const pawl::Record<std::string, std::string> renamed = record.record().with_key(&other);
    context_->forward(pawl::FixedKeyRecord<std::string, std::string>(renamed));
#else
    context_->forward(record);
#endif
  }

 private:
  pawl::FixedKeyProcessorContext<std::string, std::string>* context_ = nullptr;
};

void build(pawl::StreamBuilder& builder) {
  builder.stream<std::string, std::string>("in").process_values(
      [] { return std::make_unique<Renames>(); });
}

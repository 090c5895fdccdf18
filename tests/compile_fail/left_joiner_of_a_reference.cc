// A left join with a table gives a joiner null where the table has no value.
// Expected: pawl: the joiner of a left join takes (const V&, const T*), or the key before
#include <pawl/operators/dsl.h>
#include <pawl/serde/primitives.h>

void build(pawl::StreamBuilder& builder) {
  const auto customers = builder.table<std::string, std::string>("customers");
#ifdef PAWL_WRONG
  const auto named = [](const std::string& key, const std::string& order, const std::string& name) {
    return key + order + name;
  };
#else
  const auto named = [](const std::string& key, const std::string& order, const std::string* name) {
    return key + order + (name == nullptr ? "" : *name);
  };
#endif
  builder.stream<std::string, std::string>("orders").left_join(customers, named);
}

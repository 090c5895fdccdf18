#include <pawl/operators/foreign_key/foreign_key_join_names.h>

namespace pawl::internal {

ForeignKeyJoinNames foreign_key_join_names(LogicalPlan& plan,
                                           const std::optional<std::string>& given) {
  const auto name = [&](const char* suffix, const char* prefix) {
    const std::string generated = plan.next_name(prefix);
    return given.has_value() ? *given + suffix : generated;
  };
  ForeignKeyJoinNames names;
  names.subscription_topic =
      name("-subscription-registration", "KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-") + "-topic";
  names.send =
      name("-subscription-registration-processor", "KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-");
  names.subscription_sink = name("-subscription-registration-sink", "KTABLE-SINK-");
  names.subscription_source = name("-subscription-registration-source", "KTABLE-SOURCE-");
  names.store = name("-subscription-store", "KTABLE-FK-JOIN-SUBSCRIPTION-STATE-STORE-");
  names.receive = name("-subscription-receive", "KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR-");
  names.join = name("-subscription-join-foreign", "KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR-");
  names.foreign_join = name("-foreign-join-subscription", "KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR-");
  names.response_topic =
      name("-subscription-response", "KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-") + "-topic";
  names.response_sink = name("-subscription-response-sink", "KTABLE-SINK-");
  names.response_source = name("-subscription-response-source", "KTABLE-SOURCE-");
  names.resolve = name("-subscription-response-resolver",
                       "KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-");
  names.result = name("-result", "KTABLE-FK-JOIN-OUTPUT-");
  return names;
}

}  // namespace pawl::internal

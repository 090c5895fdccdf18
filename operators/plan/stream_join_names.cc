#include <pawl/operators/stream_join_names.h>

#include <algorithm>
#include <chrono>
#include <optional>

namespace pawl::internal {
namespace {

std::string chosen(const std::optional<std::string>& base, const char* suffix,
                   const std::string& generated) {
  return base.has_value() ? *base + suffix : generated;
}

}  // namespace

StreamJoinNames stream_join_names(LogicalPlan& plan, StreamJoinKind kind,
                                  const StreamJoinChoices& choices) {
  const bool left_outer = kind != StreamJoinKind::inner;
  const bool right_outer = kind == StreamJoinKind::outer;
  const char* const left_suffix = right_outer ? "-outer-this-join" : "-this-join";
  const char* const right_suffix = left_outer ? "-outer-other-join" : "-other-join";
  const std::string left_prefix = right_outer ? "KSTREAM-OUTERTHIS-" : "KSTREAM-JOINTHIS-";
  const std::string right_prefix = left_outer ? "KSTREAM-OUTEROTHER-" : "KSTREAM-JOINOTHER-";

  StreamJoinNames names;
  names.left_window = chosen(choices.name, "-this-windowed", plan.next_name("KSTREAM-WINDOWED-"));
  names.right_window = chosen(choices.name, "-other-windowed", plan.next_name("KSTREAM-WINDOWED-"));
  const std::string left_generated = plan.next_name(left_prefix);
  const std::string right_generated = plan.next_name(right_prefix);
  names.left_join = chosen(choices.name, left_suffix, left_generated);
  names.right_join = chosen(choices.name, right_suffix, right_generated);
  names.merge = chosen(choices.name, "-merge", plan.next_name("KSTREAM-MERGE-"));

  names.left_store = choices.left_store.value_or(
      chosen(choices.store_name, left_suffix, left_generated) + "-store");
  names.right_store = choices.right_store.value_or(
      chosen(choices.store_name, right_suffix, right_generated) + "-store");
  const std::optional<std::string>& base =
      choices.left_store.has_value() ? choices.left_store : choices.store_name;
  names.unmatched_store =
      chosen(base, right_outer ? "-outer-shared-join" : "-left-shared-join",
             "KSTREAM-OUTERSHARED-" + left_generated.substr(left_prefix.size())) +
      "-store";
  return names;
}

StoreSpec join_window_spec(const std::string& name, const JoinWindows& windows,
                           const StreamJoinChoices& choices) {
  StoreSpec spec;
  spec.name = name;
  spec.kind = StoreKind::window;
  spec.persistence = choices.persistence;
  if (choices.left_store.has_value()) {
    spec.changelog_config["cleanup.policy"] = "compact,delete";
  } else {
    spec.logging = choices.logging;
    spec.changelog_config = choices.changelog_config;
    spec.changelog_config["cleanup.policy"] = "delete";
  }
  spec.retention = windows.size() + windows.grace();
  spec.window_size = windows.size();
  // A record at the very end of its grace still waits for partners, and in windows that lie wholly
  // before or behind it for longer than they are: it must be visible then.
  const std::chrono::milliseconds open_for = std::max(windows.before(), windows.after());
  spec.native_slack = std::max(open_for + std::chrono::milliseconds(1) - windows.size(),
                               std::chrono::milliseconds(0));
  spec.retain_duplicates = true;
  spec.log_headers = true;
  return spec;
}

StoreSpec unmatched_store_spec(const std::string& name, const StreamJoinChoices& choices) {
  StoreSpec spec;
  spec.name = name;
  spec.persistence = choices.persistence;
  spec.logging = choices.logging;
  spec.changelog_config = choices.changelog_config;
  return spec;
}

}  // namespace pawl::internal

#include <pawl/operators/serde_choice.h>

#include <fmt/format.h>

namespace pawl::internal {

void no_serde(const std::string& node, const char* part) {
  throw TopologyError(fmt::format(
      "the {} behind node '{}' have no serde: specialise pawl::DefaultSerde<T>, or pass a Serde<T> "
      "to "
      "the verb that meets a topic or a store, with Grouped::with, Produced::with, "
      "Repartitioned::with or Joined::with; before deduplicate(), go through repartition()",
      part, node));
}

}  // namespace pawl::internal

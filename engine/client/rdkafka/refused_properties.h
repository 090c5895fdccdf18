// Properties of librdkafka that a user may not set, because pawl's promise or one of its own
// settings stands on them, each with the reason and what to do instead. Thread rule: pure
// functions.
#pragma once

#include <string_view>

namespace pawl::internal::rdkafka {

// Returns: why `property` is not for users, with the remedy; empty when it is.
[[nodiscard]] std::string_view refusal_of(std::string_view property);

}  // namespace pawl::internal::rdkafka

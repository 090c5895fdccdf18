// Duplicates in a store that has one value per key.
// Expected: pawl: only a window store keeps duplicates
#include <pawl/serde/primitives.h>
#include <pawl/statestore/typed/stores.h>

#include <chrono>

#ifdef PAWL_WRONG
const auto kSeen = pawl::stores::key_value<std::string, std::string>("seen").retain_duplicates();
#else
const auto kSeen = pawl::stores::window<std::string, std::string>("seen", std::chrono::hours(1),
                                                                  std::chrono::hours(1))
                       .retain_duplicates();
#endif

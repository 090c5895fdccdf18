// Turns pawl's options into librdkafka configurations: pawl's own values, then the user's further
// properties, which refused_properties keeps away from what must not change. The values and the
// measurements behind them are in the source. Thread rule: pure functions.
#pragma once

#include "client/clients.h"
#include "client/rdkafka/clients.h"
#include "client/rdkafka/handles.h"

#include <pawl/model/result.h>

#include <string>
#include <utility>
#include <vector>

namespace pawl::internal::rdkafka {

using Properties = std::vector<std::pair<std::string, std::string>>;

// pawl's own values for each sort of client.
[[nodiscard]] Properties consumer_properties(const KafkaConnection& connection,
                                             const ConsumerOptions& options);
[[nodiscard]] Properties producer_properties(const ProducerOptions& options);
[[nodiscard]] Properties member_properties(const KafkaConnection& connection,
                                           const MembershipOptions& options);
[[nodiscard]] Properties admin_properties();

// Returns: a configuration of `own`, what all clients share, and the user's properties.
// Errors: fatal, naming the property.
Result<ConfHandle> make_conf(const KafkaConnection& connection, const std::string& client_id,
                             const Properties& own);

}  // namespace pawl::internal::rdkafka

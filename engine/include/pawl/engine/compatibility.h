// Compatibility: which behaviour counts where pawl and Kafka Streams 4.3 differ on purpose.
#pragma once

namespace pawl {

enum class Compatibility {
  // Changelogs are coalesced per commit and kept as long as a live window needs them; Kafka
  // Streams' faults are not shared.
  native,
  // Record for record what Kafka Streams 4.3.1 writes, faults included (docs/conformance.md lists
  // the differences).
  kafka_streams_4_3,
};

}  // namespace pawl

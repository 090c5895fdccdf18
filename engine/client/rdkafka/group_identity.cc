#include "client/rdkafka/group_identity.h"

#include <utility>

namespace pawl::internal::rdkafka {

GroupIdentity member_identity(rd_kafka_t* client) {
  GroupMetadataHandle metadata(rd_kafka_consumer_group_metadata(client));
  if (metadata == nullptr) {
    return {};
  }
  GroupIdentity identity;
  identity.group = rd_kafka_consumer_group_metadata_group_id(metadata.get());
  identity.member = rd_kafka_consumer_group_metadata_member_id(metadata.get());
  identity.generation = rd_kafka_consumer_group_metadata_generation_id(metadata.get());
  identity.native = std::shared_ptr<const rd_kafka_consumer_group_metadata_t>(std::move(metadata));
  return identity;
}

std::shared_ptr<const rd_kafka_consumer_group_metadata_t> to_native_identity(
    const GroupIdentity& identity) {
  if (identity.native != nullptr) {
    return std::static_pointer_cast<const rd_kafka_consumer_group_metadata_t>(identity.native);
  }
  return GroupMetadataHandle(rd_kafka_consumer_group_metadata_new_with_genid(
      identity.group.c_str(), identity.generation, identity.member.c_str(), nullptr));
}

}  // namespace pawl::internal::rdkafka

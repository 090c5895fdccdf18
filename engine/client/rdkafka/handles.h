// Owners of librdkafka's C objects, one alias each, so that nothing is ever freed by hand. Thread
// rule: as the C object's. Lifetime: whatever came out of a client (messages, topics, queues,
// events) dies before that client.
#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace pawl::internal::rdkafka {

template <auto kDestroy>
struct Deleter {
  template <class Object>
  void operator()(Object* object) const noexcept {
    kDestroy(object);
  }
};

// Nothing is sent or waited for: leaving a group is done before, where it is wanted.
inline void destroy_client(rd_kafka_t* client) noexcept {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

using ClientHandle = std::unique_ptr<rd_kafka_t, Deleter<destroy_client>>;
using ConfHandle = std::unique_ptr<rd_kafka_conf_t, Deleter<rd_kafka_conf_destroy>>;
using QueueHandle = std::unique_ptr<rd_kafka_queue_t, Deleter<rd_kafka_queue_destroy>>;
using EventHandle = std::unique_ptr<rd_kafka_event_t, Deleter<rd_kafka_event_destroy>>;
using ErrorHandle = std::unique_ptr<rd_kafka_error_t, Deleter<rd_kafka_error_destroy>>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Deleter<rd_kafka_topic_destroy>>;
using HeadersHandle = std::unique_ptr<rd_kafka_headers_t, Deleter<rd_kafka_headers_destroy>>;
using PartitionListHandle = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                            Deleter<rd_kafka_topic_partition_list_destroy>>;
using GroupMetadataHandle = std::unique_ptr<rd_kafka_consumer_group_metadata_t,
                                            Deleter<rd_kafka_consumer_group_metadata_destroy>>;

}  // namespace pawl::internal::rdkafka

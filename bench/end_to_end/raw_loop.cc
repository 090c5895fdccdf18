// pawl-bench-raw-loop: consume, produce, commit in transactions of 100 ms, on librdkafka alone and
// as lean as it allows: what any stream processor on librdkafka pays at least. Ends when every
// partition was read to its end.
#include <librdkafka/rdkafka.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

// rd_kafka_producev takes its arguments through C macros.
#pragma GCC diagnostic ignored "-Wold-style-cast"

namespace {

constexpr int kBatch = 5'000;
constexpr int kTimeoutMs = 10'000;
constexpr std::chrono::milliseconds kCommitInterval{100};

[[noreturn]] void fail(const char* what, const char* why) {
  std::fprintf(stderr, "pawl-bench-raw-loop: %s: %s\n", what, why);
  std::exit(1);
}

void check(const char* what, rd_kafka_error_t* error) {
  if (error != nullptr) {
    fail(what, rd_kafka_error_string(error));
  }
}

rd_kafka_t* make(rd_kafka_type_t type,
                 const std::vector<std::pair<const char*, std::string>>& properties) {
  char reason[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  for (const auto& [name, value] : properties) {
    if (rd_kafka_conf_set(conf, name, value.c_str(), reason, sizeof reason) != RD_KAFKA_CONF_OK) {
      fail(name, reason);
    }
  }
  rd_kafka_t* const client = rd_kafka_new(type, conf, reason, sizeof reason);
  if (client == nullptr) {
    fail("connecting", reason);
  }
  return client;
}

struct Loop {
  rd_kafka_t* consumer;
  rd_kafka_t* producer;
  rd_kafka_topic_t* out;
  rd_kafka_topic_partition_list_t* offsets;
  int at_end = 0;
};

void forward(Loop& loop, const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    ++loop.at_end;
    return;
  }
  if (message.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    fail("reading", rd_kafka_message_errstr(&message));
  }
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  do {
    error = rd_kafka_producev(
        loop.producer, RD_KAFKA_V_RKT(loop.out), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(message.key, message.key_len),
        RD_KAFKA_V_VALUE(message.payload, message.len),
        RD_KAFKA_V_TIMESTAMP(rd_kafka_message_timestamp(&message, nullptr)), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(loop.producer, 10);
    }
  } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
  loop.offsets->elems[message.partition].offset = message.offset + 1;
}

void commit(Loop& loop) {
  rd_kafka_consumer_group_metadata_t* const group = rd_kafka_consumer_group_metadata(loop.consumer);
  check("offsets",
        rd_kafka_send_offsets_to_transaction(loop.producer, loop.offsets, group, kTimeoutMs));
  check("commit", rd_kafka_commit_transaction(loop.producer, kTimeoutMs));
  rd_kafka_consumer_group_metadata_destroy(group);
}

}  // namespace

int main(int argc, char** argv) {
  std::string bootstrap;
  std::string group;
  std::string in;
  std::string out;
  int partitions = 4;
  CLI::App app("Consume, produce, commit: the least there is to do");
  app.add_option("--bootstrap", bootstrap)->required();
  app.add_option("--application-id", group)->required();
  app.add_option("--in", in)->required();
  app.add_option("--out", out)->required();
  app.add_option("--partitions", partitions);
  CLI11_PARSE(app, argc, argv);

  Loop loop{};
  loop.consumer = make(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap},
                                           {"group.id", group},
                                           {"enable.auto.commit", "false"},
                                           {"enable.partition.eof", "true"},
                                           {"auto.offset.reset", "earliest"}});
  loop.producer = make(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap},
                                           {"transactional.id", group},
                                           {"linger.ms", "20"},
                                           {"partitioner", "murmur2_random"}});
  loop.out = rd_kafka_topic_new(loop.producer, out.c_str(), nullptr);
  loop.offsets = rd_kafka_topic_partition_list_new(partitions);
  for (int partition = 0; partition < partitions; ++partition) {
    rd_kafka_topic_partition_list_add(loop.offsets, in.c_str(), partition)->offset = 0;
  }
  rd_kafka_assign(loop.consumer, loop.offsets);
  rd_kafka_queue_t* const queue = rd_kafka_queue_get_consumer(loop.consumer);
  check("init", rd_kafka_init_transactions(loop.producer, kTimeoutMs));
  std::vector<rd_kafka_message_t*> messages(kBatch);
  while (loop.at_end < partitions) {
    check("begin", rd_kafka_begin_transaction(loop.producer));
    const auto due = std::chrono::steady_clock::now() + kCommitInterval;
    while (std::chrono::steady_clock::now() < due && loop.at_end < partitions) {
      const auto count = rd_kafka_consume_batch_queue(queue, 10, messages.data(), kBatch);
      for (ssize_t at = 0; at < count; ++at) {
        forward(loop, *messages[static_cast<std::size_t>(at)]);
        rd_kafka_message_destroy(messages[static_cast<std::size_t>(at)]);
      }
    }
    commit(loop);
  }
  rd_kafka_topic_partition_list_destroy(loop.offsets);
  rd_kafka_topic_destroy(loop.out);
  rd_kafka_destroy(loop.producer);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(loop.consumer);
  return 0;
}

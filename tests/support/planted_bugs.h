// Bugs that tests plant to see that their checks bite: clients that do one thing wrong.
#pragma once

#include "client/rdkafka/clients.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace pawl::test {

// A producer that does what another one does.
class ForwardingProducer : public internal::ProducerClient {
 public:
  explicit ForwardingProducer(std::unique_ptr<internal::ProducerClient> inner)
      : inner_(std::move(inner)) {}

  Result<void> init_transactions(std::chrono::milliseconds timeout) override {
    return inner_->init_transactions(timeout);
  }
  Result<void> begin_transaction() override { return inner_->begin_transaction(); }
  Result<void> send(const OutputRecord& record) override { return inner_->send(record); }
  Result<void> flush(std::chrono::milliseconds timeout) override { return inner_->flush(timeout); }
  void poll() override { inner_->poll(); }
  Result<void> send_offsets(std::span<const internal::OffsetToCommit> offsets,
                            const internal::GroupIdentity& identity,
                            std::chrono::milliseconds timeout) override {
    return inner_->send_offsets(offsets, identity, timeout);
  }
  Result<void> commit_transaction(std::chrono::milliseconds timeout) override {
    return inner_->commit_transaction(timeout);
  }
  Result<void> abort_transaction(std::chrono::milliseconds timeout) override {
    return inner_->abort_transaction(timeout);
  }
  [[nodiscard]] bool tainted() const override { return inner_->tainted(); }
  Result<std::int32_t> partition_count(const std::string& topic,
                                       std::chrono::milliseconds timeout) override {
    return inner_->partition_count(topic, timeout);
  }

 private:
  std::unique_ptr<internal::ProducerClient> inner_;
};

// Commits the offsets by themselves, outside of the transaction: after an abort or a crash, records
// whose results were thrown away are not processed again.
class OffsetsOutsideTheTransaction final : public ForwardingProducer {
 public:
  OffsetsOutsideTheTransaction(std::unique_ptr<internal::ProducerClient> inner,
                               std::unique_ptr<internal::ProducerClient> own_transactions)
      : ForwardingProducer(std::move(inner)), own_transactions_(std::move(own_transactions)) {}

  Result<void> init_transactions(std::chrono::milliseconds timeout) override {
    if (!own_ready_) {
      PAWL_TRY(own_transactions_->init_transactions(timeout));
      own_ready_ = true;
    }
    return ForwardingProducer::init_transactions(timeout);
  }
  Result<void> send_offsets(std::span<const internal::OffsetToCommit> offsets,
                            const internal::GroupIdentity& identity,
                            std::chrono::milliseconds timeout) override {
    // A transaction of its own for the offsets, committed before the one with the results.
    PAWL_TRY(own_transactions_->begin_transaction());
    PAWL_TRY(own_transactions_->send_offsets(offsets, identity, timeout));
    return own_transactions_->commit_transaction(timeout);
  }

 private:
  std::unique_ptr<internal::ProducerClient> own_transactions_;
  bool own_ready_ = false;
};

// Sends the outputs (what goes to topics that are not the application's own) outside of the
// transaction: what a crash aborts has been read by then, and is sent again.
class OutputsOutsideTheTransaction final : public ForwardingProducer {
 public:
  OutputsOutsideTheTransaction(std::unique_ptr<internal::ProducerClient> inner,
                               std::unique_ptr<internal::ProducerClient> outside)
      : ForwardingProducer(std::move(inner)), outside_(std::move(outside)) {}

  Result<void> send(const OutputRecord& record) override {
    const std::string& topic = *record.topic;
    // The last one: the internal topics of foreign-key joins.
    const bool internal_topic = topic.ends_with("-changelog") || topic.ends_with("-repartition") ||
                                topic.ends_with("-topic");
    return internal_topic ? ForwardingProducer::send(record) : outside_->send(record);
  }
  Result<void> flush(std::chrono::milliseconds timeout) override {
    PAWL_TRY(outside_->flush(timeout));
    return ForwardingProducer::flush(timeout);
  }

 private:
  std::unique_ptr<internal::ProducerClient> outside_;
};

// Writes nothing to changelogs whose name ends so: their stores are lost with their directory.
class ChangelogSkipped final : public ForwardingProducer {
 public:
  ChangelogSkipped(std::unique_ptr<internal::ProducerClient> inner, std::string topic_end)
      : ForwardingProducer(std::move(inner)), topic_end_(std::move(topic_end)) {}

  Result<void> send(const OutputRecord& record) override {
    return record.topic->ends_with(topic_end_) ? Result<void>() : ForwardingProducer::send(record);
  }

 private:
  std::string topic_end_;
};

// Clients with the bug of the given name; none for an empty name.
class BuggyClients final : public internal::Clients {
 public:
  BuggyClients(std::unique_ptr<internal::Clients> inner, std::string bug)
      : inner_(std::move(inner)), bug_(std::move(bug)) {}
  [[nodiscard]] Result<std::unique_ptr<internal::ConsumerClient>> make_consumer(
      const internal::ConsumerOptions& options) const override {
    internal::ConsumerOptions changed = options;
    if (bug_ == "restore_uncommitted" && options.client_id.ends_with("restore-consumer")) {
      changed.isolation = internal::Isolation::read_uncommitted;
    }
    return inner_->make_consumer(changed);
  }
  [[nodiscard]] Result<std::unique_ptr<internal::ProducerClient>> make_producer(
      const internal::ProducerOptions& options) const override {
    using Producer = std::unique_ptr<internal::ProducerClient>;
    Producer producer = PAWL_TRY(inner_->make_producer(options));
    if (options.transactional_id.empty()) {
      return producer;
    }
    if (bug_.starts_with(kSkip)) {
      const std::string topic_end = bug_.substr(kSkip.size()) + "-changelog";
      return Producer(std::make_unique<ChangelogSkipped>(std::move(producer), topic_end));
    }
    internal::ProducerOptions own = options;
    if (bug_ == "outputs_outside_transaction") {
      own.transactional_id.clear();
      Producer outside = PAWL_TRY(inner_->make_producer(own));
      return Producer(
          std::make_unique<OutputsOutsideTheTransaction>(std::move(producer), std::move(outside)));
    }
    if (bug_ == "offsets_outside_transaction") {
      own.transactional_id += "-offsets";
      Producer own_transactions = PAWL_TRY(inner_->make_producer(own));
      return Producer(std::make_unique<OffsetsOutsideTheTransaction>(std::move(producer),
                                                                     std::move(own_transactions)));
    }
    return producer;
  }
  [[nodiscard]] Result<std::unique_ptr<internal::Membership>> make_membership(
      const internal::MembershipOptions& options) const override {
    return inner_->make_membership(options);
  }
  [[nodiscard]] const internal::AdminClient& admin() const override { return inner_->admin(); }

 private:
  // Followed by the name of the store; by nothing: of all stores.
  static constexpr std::string_view kSkip = "skip_changelog:";

  std::unique_ptr<internal::Clients> inner_;
  std::string bug_;
};

}  // namespace pawl::test

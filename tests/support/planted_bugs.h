// Bugs that tests plant to see that their checks bite: clients that do one thing wrong.
#pragma once

#include "client/rdkafka/clients.h"

#include <memory>
#include <string>
#include <utility>

namespace pawl::test {

// Commits the offsets by themselves, outside of the transaction: after an abort or a crash, records
// whose results were thrown away are not processed again.
class OffsetsOutsideTheTransaction final : public internal::ProducerClient {
 public:
  OffsetsOutsideTheTransaction(std::unique_ptr<internal::ProducerClient> inner,
                               std::unique_ptr<internal::ProducerClient> own_transactions)
      : inner_(std::move(inner)), own_transactions_(std::move(own_transactions)) {}

  Result<void> init_transactions(std::chrono::milliseconds timeout) override {
    if (!own_ready_) {
      PAWL_TRY(own_transactions_->init_transactions(timeout));
      own_ready_ = true;
    }
    return inner_->init_transactions(timeout);
  }
  Result<void> begin_transaction() override { return inner_->begin_transaction(); }
  Result<void> send(const OutputRecord& record) override { return inner_->send(record); }
  Result<void> flush(std::chrono::milliseconds timeout) override { return inner_->flush(timeout); }
  void poll() override { inner_->poll(); }
  Result<void> send_offsets(std::span<const internal::OffsetToCommit> offsets,
                            const internal::GroupIdentity& identity,
                            std::chrono::milliseconds timeout) override {
    // A transaction of its own for the offsets, committed before the one with the results.
    PAWL_TRY(own_transactions_->begin_transaction());
    PAWL_TRY(own_transactions_->send_offsets(offsets, identity, timeout));
    return own_transactions_->commit_transaction(timeout);
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
  std::unique_ptr<internal::ProducerClient> own_transactions_;
  bool own_ready_ = false;
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
    auto producer = PAWL_TRY(inner_->make_producer(options));
    if (bug_ != "offsets_outside_transaction" || options.transactional_id.empty()) {
      return producer;
    }
    internal::ProducerOptions own = options;
    own.transactional_id += "-offsets";
    auto own_transactions = PAWL_TRY(inner_->make_producer(own));
    return std::unique_ptr<internal::ProducerClient>(std::make_unique<OffsetsOutsideTheTransaction>(
        std::move(producer), std::move(own_transactions)));
  }
  [[nodiscard]] Result<std::unique_ptr<internal::Membership>> make_membership(
      const internal::MembershipOptions& options) const override {
    return inner_->make_membership(options);
  }
  [[nodiscard]] const internal::AdminClient& admin() const override { return inner_->admin(); }

 private:
  std::unique_ptr<internal::Clients> inner_;
  std::string bug_;
};

}  // namespace pawl::test

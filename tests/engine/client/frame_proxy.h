// FrameProxy: stands between a client and one broker, understands where Kafka's frames begin and
// end, and can hold, freeze and cut. It answers for the broker's address in what it passes on, so
// that clients stay with it. Thread rule: any thread; its own threads do the work.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace pawl::testing {

// Requests of Kafka's protocol, by their number.
enum class Api : std::int16_t {
  metadata = 3,
  find_coordinator = 10,
  join_group = 11,
  heartbeat = 12,
  leave_group = 13,
  add_offsets_to_txn = 25,
  end_txn = 26,
  txn_offset_commit = 28,
};

class FrameProxy {
 public:
  // `upstream`: the broker, `127.0.0.1:port`.
  explicit FrameProxy(const std::string& upstream);
  FrameProxy(const FrameProxy&) = delete;
  FrameProxy& operator=(const FrameProxy&) = delete;
  ~FrameProxy();

  // Where clients connect.
  [[nodiscard]] std::string address() const;

  // Holds the next request (or answer) of this kind, and all that follows it on its connection,
  // until release().
  void hold_request(Api api);
  void hold_answer(Api api);
  [[nodiscard]] bool wait_until_held(std::chrono::milliseconds timeout);
  void release();

  // Nothing passes any more, in no direction, until thaw(): a stopped broker.
  void freeze();
  void thaw();
  // Closes every connection; new ones are taken.
  void cut();

  // Returns: how many requests of this kind were passed on.
  [[nodiscard]] std::size_t passed(Api api) const;

 private:
  struct Connection;
  using Frame = std::vector<char>;

  void accept();
  void serve(Connection& connection);
  void pass_requests(Connection& connection);
  void pass_answers(Connection& connection);
  // Waits while this frame may not pass. Returns: false when the proxy ends.
  bool wait_to_pass(std::int16_t api, std::optional<std::int16_t>& held);
  void rewrite(std::int16_t api, Frame& answer) const;

  std::uint16_t upstream_port_ = 0;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool frozen_ = false;
  std::optional<std::int16_t> held_request_;
  std::optional<std::int16_t> held_answer_;
  bool holding_ = false;
  std::map<std::int16_t, std::size_t> passed_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::thread acceptor_;
};

}  // namespace pawl::testing

#include "engine/client/frame_proxy.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace pawl::testing {
namespace {

constexpr std::string_view kHost = "127.0.0.1";

std::uint32_t load_u32(const char* from) {
  std::uint32_t value = 0;
  std::memcpy(&value, from, sizeof value);
  return ntohl(value);
}

std::int16_t load_i16(const char* from) {
  std::uint16_t value = 0;
  std::memcpy(&value, from, sizeof value);
  return static_cast<std::int16_t>(ntohs(value));
}

bool read_all(int socket, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::recv(socket, to, size, 0);
    if (count <= 0) {
      return false;
    }
    to += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool write_all(int socket, const char* from, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::send(socket, from, size, MSG_NOSIGNAL);
    if (count <= 0) {
      return false;
    }
    from += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

// Returns: a frame with its length in front; empty at the end of the connection.
std::vector<char> read_frame(int socket) {
  std::vector<char> frame(4);
  if (!read_all(socket, frame.data(), 4)) {
    return {};
  }
  const std::uint32_t size = load_u32(frame.data());
  frame.resize(4 + size);
  return read_all(socket, frame.data() + 4, size) ? frame : std::vector<char>();
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void no_delay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

struct FrameProxy::Connection {
  int client = -1;
  int broker = -1;
  std::mutex mutex;
  std::map<std::uint32_t, std::int16_t> api_of;  // by correlation id
  std::thread requests;
  std::thread answers;

  void close_client() const { ::shutdown(client, SHUT_RDWR); }
  void close() const {
    close_client();
    ::shutdown(broker, SHUT_RDWR);
  }
};

FrameProxy::FrameProxy(const std::string& upstream) {
  const std::size_t colon = upstream.rfind(':');
  upstream_port_ = static_cast<std::uint16_t>(std::stoi(upstream.substr(colon + 1)));
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept(); });
}

FrameProxy::~FrameProxy() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& connection : connections_) {
      connection->close();
    }
  }
  changed_.notify_all();
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (const auto& connection : connections_) {
    connection->requests.join();
    connection->answers.join();
    ::close(connection->client);
    ::close(connection->broker);
  }
  ::close(listener_);
}

std::string FrameProxy::address() const {
  return std::string(kHost) + ":" + std::to_string(port_);
}

void FrameProxy::hold_request(Api api) {
  const std::lock_guard lock(mutex_);
  held_request_ = static_cast<std::int16_t>(api);
}

void FrameProxy::hold_answer(Api api) {
  const std::lock_guard lock(mutex_);
  held_answer_ = static_cast<std::int16_t>(api);
}

bool FrameProxy::wait_until_held(std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return holding_; });
}

void FrameProxy::release() {
  {
    const std::lock_guard lock(mutex_);
    held_request_.reset();
    held_answer_.reset();
    holding_ = false;
  }
  changed_.notify_all();
}

void FrameProxy::freeze() {
  const std::lock_guard lock(mutex_);
  frozen_ = true;
}

void FrameProxy::thaw() {
  {
    const std::lock_guard lock(mutex_);
    frozen_ = false;
  }
  changed_.notify_all();
}

void FrameProxy::cut() {
  const std::lock_guard lock(mutex_);
  for (const auto& connection : connections_) {
    connection->close();
  }
}

std::size_t FrameProxy::passed(Api api) const {
  const std::lock_guard lock(mutex_);
  const auto found = passed_.find(static_cast<std::int16_t>(api));
  return found == passed_.end() ? 0 : found->second;
}

void FrameProxy::accept() {
  while (true) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) {
      return;
    }
    const int broker = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(upstream_port_);
    const std::lock_guard lock(mutex_);
    if (stopping_ ||
        ::connect(broker, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(client);
      ::close(broker);
      continue;
    }
    no_delay(client);
    no_delay(broker);
    auto& connection = *connections_.emplace_back(std::make_unique<Connection>());
    connection.client = client;
    connection.broker = broker;
    serve(connection);
  }
}

void FrameProxy::serve(Connection& connection) {
  connection.requests = std::thread([this, &connection] { pass_requests(connection); });
  connection.answers = std::thread([this, &connection] { pass_answers(connection); });
}

bool FrameProxy::wait_to_pass(std::int16_t api, std::optional<std::int16_t>& held) {
  std::unique_lock lock(mutex_);
  if (held == api) {
    holding_ = true;
    held.reset();  // this one only
    changed_.notify_all();
    changed_.wait(lock, [&] { return !holding_ || stopping_; });
  }
  changed_.wait(lock, [&] { return !frozen_ || stopping_; });
  return !stopping_;
}

void FrameProxy::pass_requests(Connection& connection) {
  while (true) {
    const Frame frame = read_frame(connection.client);
    if (frame.size() < 12) {
      break;
    }
    const std::int16_t api = load_i16(&frame[4]);
    {
      const std::lock_guard lock(connection.mutex);
      connection.api_of[load_u32(&frame[8])] = api;
    }
    // A held request goes to the broker even when its client has given up: that is the point.
    if (!wait_to_pass(api, held_request_) ||
        !write_all(connection.broker, frame.data(), frame.size())) {
      break;
    }
    const std::lock_guard lock(mutex_);
    ++passed_[api];
  }
}

void FrameProxy::pass_answers(Connection& connection) {
  while (true) {
    Frame frame = read_frame(connection.broker);
    if (frame.size() < 8) {
      break;
    }
    std::int16_t api = 0;
    {
      const std::lock_guard lock(connection.mutex);
      api = connection.api_of[load_u32(&frame[4])];
    }
    rewrite(api, frame);
    if (!wait_to_pass(api, held_answer_)) {
      break;
    }
    write_all(connection.client, frame.data(), frame.size());
  }
  connection.close_client();
}

void FrameProxy::rewrite(std::int16_t api, Frame& answer) const {
  if (api != static_cast<std::int16_t>(Api::metadata) &&
      api != static_cast<std::int16_t>(Api::find_coordinator)) {
    return;
  }
  // `127.0.0.1` and the port behind it, as the broker names itself.
  std::array<char, 4> theirs{};
  std::array<char, 4> ours{};
  const std::uint32_t their_port = htonl(upstream_port_);
  const std::uint32_t our_port = htonl(port_);
  std::memcpy(theirs.data(), &their_port, 4);
  std::memcpy(ours.data(), &our_port, 4);
  std::string pattern(kHost);
  pattern.append(theirs.data(), theirs.size());
  auto from = answer.begin();
  while ((from = std::search(from, answer.end(), pattern.begin(), pattern.end())) != answer.end()) {
    std::copy(ours.begin(), ours.end(), from + static_cast<std::ptrdiff_t>(kHost.size()));
    ++from;
  }
}

}  // namespace pawl::testing

#include "support/moodle_sim/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace moodlesync::sim {

namespace {

constexpr int kIdleMilliseconds = 120'000;
constexpr int kSlowClientMilliseconds = 30'000;

thread_local Connection* current_connection = nullptr;

bool wait_until(int socket, short events, int milliseconds) {
  pollfd entry{socket, events, 0};
  return poll(&entry, 1, milliseconds) > 0;
}

}  // namespace

Connection::Connection(socket_t socket) : socket_(socket) {
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  current_connection = this;
}

Connection* Connection::current() { return current_connection; }

bool Connection::is_readable() const {
  return in_at_ < in_.size() || wait_until(socket_, POLLIN, kSlowClientMilliseconds);
}

bool Connection::is_writable() const {
  return wait_until(socket_, POLLOUT, kSlowClientMilliseconds);
}

bool Connection::wait_for_request() const {
  return in_at_ < in_.size() || wait_until(socket_, POLLIN, kIdleMilliseconds);
}

ssize_t Connection::read(char* data, size_t size) {
  // A client that waits for "100 Continue" must get it before its body can be read.
  if (!out_.empty() && !flush(out_.size())) return -1;
  if (in_at_ == in_.size()) {
    if (!is_readable()) return -1;
    std::array<char, 16384> chunk;
    const ssize_t got = recv(socket_, chunk.data(), chunk.size(), 0);
    if (got <= 0) return got;
    in_.assign(chunk.data(), static_cast<std::size_t>(got));
    in_at_ = 0;
  }
  const std::size_t count = std::min(size, in_.size() - in_at_);
  std::memcpy(data, in_.data() + in_at_, count);
  in_at_ += count;
  return static_cast<ssize_t>(count);
}

ssize_t Connection::write(const char* data, size_t size) {
  out_.append(data, size);
  return static_cast<ssize_t>(size);
}

bool Connection::flush(std::size_t size) {
  std::size_t sent = 0;
  while (sent < size) {
    const ssize_t count = send(socket_, out_.data() + sent, size - sent, MSG_NOSIGNAL);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
      continue;
    }
    const bool may_pass = count == 0 || errno == EAGAIN || errno == EINTR;
    if (!may_pass || !is_writable()) return false;
  }
  out_.clear();
  return true;
}

bool Connection::deliver() {
  if (delivery_ == Delivery::kWhole) return flush(out_.size());
  if (delivery_ == Delivery::kHalf) {
    const std::size_t body = std::min(out_.find("\r\n\r\n"), out_.size());
    flush(body + (out_.size() - body) / 2);
  }
  return false;
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ip = "127.0.0.1";
  port = getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0
             ? ntohs(address.sin_port)
             : 0;
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  ip = "127.0.0.1";
  port = getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0
             ? ntohs(address.sin_port)
             : 0;
}

}  // namespace moodlesync::sim

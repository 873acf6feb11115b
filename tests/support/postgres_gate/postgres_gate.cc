#include "support/postgres_gate/postgres_gate.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

namespace moodlesync::testsupport {

namespace {

constexpr std::string_view kSocket = "/.s.PGSQL.5432";
/// Longest statement text that cut_at() takes.
constexpr std::size_t kTail = 256;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) throw std::runtime_error("too long: " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// What can be read now; empty: the other side is gone.
std::string read_some(int fd) {
  std::array<char, 65536> buffer{};
  const ssize_t count = recv(fd, buffer.data(), buffer.size(), 0);
  return count <= 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(count));
}

}  // namespace

PostgresGate::PostgresGate(const std::string& connection) {
  const auto host = connection.find("host=");
  const auto end = connection.find(' ', host);
  const std::string from = connection.substr(host + 5, end - host - 5);
  upstream_ = from + std::string(kSocket);
  connection_ = "host=" + directory_.path().string() + connection.substr(end);
  const sockaddr_un address = address_of(directory_.path().string() + std::string(kSocket));
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0 ||
      bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(listener_, 16) != 0 || pipe(stop_) != 0) {
    throw std::runtime_error("the gate cannot listen");
  }
  thread_ = std::thread([this] { serve(); });
}

PostgresGate::~PostgresGate() {
  close(stop_[1]);
  thread_.join();
  close(stop_[0]);
  close(listener_);
}

void PostgresGate::cut_at(const std::string& text, Cut cut) {
  const std::lock_guard lock(mutex_);
  armed_ = {text, cut};
}

bool PostgresGate::has_cut() {
  const std::lock_guard lock(mutex_);
  return !armed_;
}

void PostgresGate::refuse(bool refuse) {
  const std::lock_guard lock(mutex_);
  refuse_ = refuse;
}

void PostgresGate::swallow_notifications(bool swallow) {
  const std::lock_guard lock(mutex_);
  swallow_ = swallow;
}

void PostgresGate::serve() {
  for (;;) {
    std::vector<pollfd> fds{{stop_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Line& line : lines_) {
      fds.push_back({line.client, POLLIN, 0});
      fds.push_back({line.server, POLLIN, 0});
    }
    if (poll(fds.data(), fds.size(), -1) < 0) continue;
    if (fds[0].revents != 0) break;
    std::size_t at = 2;
    for (auto line = lines_.begin(); line != lines_.end(); at += 2) {
      const bool keep = (fds[at].revents == 0 || from_client(*line)) &&
                        (fds[at + 1].revents == 0 || from_server(*line));
      if (!keep) close_line(*line);
      line = keep ? std::next(line) : lines_.erase(line);
    }
    if (fds[1].revents != 0) accept_line();
  }
  for (const Line& line : lines_) close_line(line);
}

void PostgresGate::accept_line() {
  Line line;
  line.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const sockaddr_un address = address_of(upstream_);
  line.server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const std::lock_guard lock(mutex_);
  if (refuse_ ||
      connect(line.server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close_line(line);
  } else {
    lines_.push_back(std::move(line));
  }
}

bool PostgresGate::from_client(Line& line) {
  const std::string bytes = read_some(line.client);
  if (bytes.empty()) return false;
  line.tail += bytes;
  std::optional<Cut> cut;
  {
    const std::lock_guard lock(mutex_);
    if (armed_ && line.tail.find(armed_->first) != std::string::npos) {
      cut = armed_->second;
      armed_.reset();
    }
  }
  if (line.tail.size() > kTail) line.tail.erase(0, line.tail.size() - kTail);
  if (cut == Cut::kBefore) return false;
  if (!send_all(line.server, bytes)) return false;
  if (cut == Cut::kAfter) static_cast<void>(read_some(line.server));
  return !cut;
}

bool PostgresGate::from_server(Line& line) {
  const std::string bytes = read_some(line.server);
  if (bytes.empty()) return false;
  {
    const std::lock_guard lock(mutex_);
    // An idle session is sent a NotificationResponse by itself.
    if (swallow_ && bytes.front() == 'A') return true;
  }
  return send_all(line.client, bytes);
}

void PostgresGate::close_line(const Line& line) {
  if (line.client >= 0) close(line.client);
  if (line.server >= 0) close(line.server);
}

}  // namespace moodlesync::testsupport

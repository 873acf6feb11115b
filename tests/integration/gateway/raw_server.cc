#include "raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace moodlesync::moodle {

namespace {

/// Waits until `fd` is readable; false: the server is to stop.
bool wait_readable(int fd, int stop) {
  std::array<pollfd, 2> fds{{{fd, POLLIN, 0}, {stop, POLLIN, 0}}};
  return poll(fds.data(), fds.size(), -1) > 0 && fds[1].revents == 0;
}

/// Bytes of the whole request at the front of `data`, if it is complete.
std::optional<std::size_t> request_size(const std::string& data) {
  constexpr std::string_view kLength = "Content-Length: ";
  const auto end = data.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const auto length = data.find(kLength);
  const std::size_t body =
      length < end ? std::stoul(data.substr(length + kLength.size(), 20)) : std::size_t{0};
  const std::size_t size = end + 4 + body;
  return data.size() >= size ? std::optional(size) : std::nullopt;
}

}  // namespace

std::string http(std::string_view body, std::string_view status, std::string_view headers) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Type: application/json\r\n" +
         std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

Reaction answer(std::string_view body) { return {Reaction::Kind::kSend, http(body)}; }

Reaction close_without_answer() { return {Reaction::Kind::kSendClose, {}}; }

RawServer::RawServer(std::vector<Reaction> script) : script_(std::move(script)) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  // The sockets API takes its addresses this way.
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, any, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, any, &size) != 0 || pipe(stop_) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

RawServer::~RawServer() {
  close(stop_[1]);
  thread_.join();
  close(stop_[0]);
  close(listener_);
}

std::string RawServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<std::string> RawServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void RawServer::serve() {
  while (wait_readable(listener_, stop_[0])) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    serve_connection(connection);
    close(connection);
  }
}

void RawServer::serve_connection(int connection) {
  std::string data;
  std::array<char, 65536> buffer{};
  while (wait_readable(connection, stop_[0])) {
    const ssize_t bytes = read(connection, buffer.data(), buffer.size());
    if (bytes <= 0) return;
    data.append(buffer.data(), static_cast<std::size_t>(bytes));
    const auto size = request_size(data);
    if (!size) continue;
    if (!react(connection, data.substr(0, *size))) return;
    data.erase(0, *size);
  }
}

bool RawServer::react(int connection, std::string request) {
  std::size_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = requests_.size();
    requests_.push_back(std::move(request));
  }
  if (number >= script_.size()) return true;
  const Reaction& reaction = script_[number];
  if (send(connection, reaction.bytes.data(), reaction.bytes.size(), MSG_NOSIGNAL) < 0)
    return false;
  return reaction.kind != Reaction::Kind::kSendClose;
}

}  // namespace moodlesync::moodle

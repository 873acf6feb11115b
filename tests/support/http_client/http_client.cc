#include "support/http_client/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

namespace moodlesync::testsupport {

HttpConnection::HttpConnection(std::uint16_t port)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(std::exchange(fd_, -1));
  }
}

HttpConnection::HttpConnection(HttpConnection&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

HttpConnection::~HttpConnection() {
  if (fd_ >= 0) ::close(fd_);
}

bool HttpConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string HttpConnection::read_all() const {
  std::string all;
  std::array<char, 4096> chunk{};
  for (;;) {
    const ssize_t got = ::recv(fd_, chunk.data(), chunk.size(), 0);
    if (got <= 0) return all;
    all.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

std::string http_exchange(std::uint16_t port, std::string_view bytes) {
  const HttpConnection connection(port);
  connection.send(bytes);
  return connection.read_all();
}

std::string http_get(std::uint16_t port, std::string_view target, std::string_view headers) {
  std::string request = "GET ";
  request.append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(headers).append("\r\n");
  return http_exchange(port, request);
}

std::string http_post(std::uint16_t port, std::string_view target, std::string_view form,
                      std::string_view headers) {
  std::string request = "POST ";
  request.append(target)
      .append(" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n")
      .append("Content-Length: ")
      .append(std::to_string(form.size()))
      .append("\r\n")
      .append(headers)
      .append("\r\n")
      .append(form);
  return http_exchange(port, request);
}

}  // namespace moodlesync::testsupport

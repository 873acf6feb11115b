#include "ops/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace moodlesync::ops {

namespace {

/// From the connection to the complete request, and from there to the end of the answer.
constexpr std::chrono::seconds kPatience{5};
/// For the client to take what is on the way before we hang up.
constexpr std::chrono::seconds kLeave{1};
/// Without accepting anybody, after that has failed.
constexpr std::chrono::seconds kDeaf{1};
constexpr std::size_t kChunk = 4096;

/// An address as bind() wants it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

SocketAddress socket_address(const ListenAddress& address) {
  SocketAddress to;
  sockaddr_in v4{};
  if (inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    to.length = sizeof v4;
    std::memcpy(&to.storage, &v4, sizeof v4);
    return to;
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr);
  to.length = sizeof v6;
  std::memcpy(&to.storage, &v6, sizeof v6);
  return to;
}

std::uint16_t port_of(int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return 0;
  // sin_port and sin6_port stand at the same place.
  sockaddr_in address{};
  std::memcpy(&address, &storage, sizeof address);
  return ntohs(address.sin_port);
}

Error cannot_listen(const ListenAddress& address, int number) {
  std::string message = "cannot listen at " + to_string(address) + ": " + std::strerror(number);
  if (number == EADDRINUSE) {
    message += "; another program, or another instance, has the port: give http.listen another one";
  }
  return {ErrorKind::kConfig, "cannot_listen", std::move(message)};
}

bool would_block() { return errno == EAGAIN || errno == EINTR; }

}  // namespace

HttpServer::Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<HttpServer::Descriptor> HttpServer::listen_at(ListenAddress& address) {
  const SocketAddress to = socket_address(address);
  Descriptor listener(
      ::socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (listener.get() < 0) return cannot_listen(address, errno);
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto* const where = reinterpret_cast<const sockaddr*>(&to.storage);
  if (::bind(listener.get(), where, to.length) != 0 ||
      ::listen(listener.get(), static_cast<int>(kMostConnections)) != 0) {
    return cannot_listen(address, errno);
  }
  address.port = port_of(listener.get());
  return listener;
}

Result<std::unique_ptr<HttpServer>> HttpServer::open(const ListenAddress& address,
                                                     const Clock& clock, Handler handle) {
  ListenAddress found = address;
  Result<Descriptor> listener = listen_at(found);
  if (!listener) return std::move(listener).error();
  Descriptor wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (wake.get() < 0) return cannot_listen(found, errno);
  return std::unique_ptr<HttpServer>(new HttpServer(*std::move(listener), std::move(wake),
                                                    std::move(found), clock, std::move(handle)));
}

HttpServer::HttpServer(Descriptor listener, Descriptor wake, ListenAddress address,
                       const Clock& clock, Handler handle)
    : listener_(std::move(listener)),
      wake_(std::move(wake)),
      address_(std::move(address)),
      clock_(clock),
      handle_(std::move(handle)),
      thread_([this] { serve(); }) {}

HttpServer::~HttpServer() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_.get(), &one, sizeof one));
  thread_.join();
}

void HttpServer::serve() {
  for (;;) {
    const std::vector<pollfd> ready = wait();
    if (ready[0].revents != 0) return;
    // Those that have come since are not among them and have their turn with the next poll.
    std::size_t i = 2;
    for (auto at = clients_.begin(); at != clients_.end(); ++i) {
      const bool is_over = (ready[i].revents != 0 && !move_on(*at)) || clock_.now() >= at->leave_by;
      at = is_over ? clients_.erase(at) : std::next(at);
    }
    if (ready[1].revents != 0) accept_all();
  }
}

std::vector<pollfd> HttpServer::wait() {
  const auto now = clock_.now();
  const bool is_deaf = now < deaf_until_;
  std::vector<pollfd> descriptors{{wake_.get(), POLLIN, 0},
                                  {is_deaf ? -1 : listener_.get(), POLLIN, 0}};
  auto until = is_deaf ? deaf_until_ : now + std::chrono::hours{1};
  for (const Client& client : clients_) {
    const bool writes = client.state == Client::State::kWriting;
    descriptors.push_back({client.socket.get(), static_cast<short>(writes ? POLLOUT : POLLIN), 0});
    until = std::min(until, client.leave_by);
  }
  const auto time = std::chrono::ceil<std::chrono::milliseconds>(until - clock_.now()).count();
  const int timeout = static_cast<int>(std::max<std::int64_t>(time, 0));
  if (::poll(descriptors.data(), descriptors.size(), timeout) < 0) {
    for (pollfd& one : descriptors) one.revents = 0;
  }
  return descriptors;
}

void HttpServer::accept_all() {
  for (std::size_t i = 0; i < kMostConnections; ++i) {
    Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.get() < 0) {
      // Out of descriptors: the connection that waits would wake us again at once, for ever.
      if (!would_block()) deaf_until_ = clock_.now() + kDeaf;
      return;
    }
    if (clients_.size() >= kMostConnections) clients_.pop_front();
    clients_.push_back({std::move(socket), clock_.now() + kPatience});
  }
}

bool HttpServer::move_on(Client& client) {
  if (client.state == Client::State::kWriting) return write(client);
  return read(client);
}

bool HttpServer::read(Client& client) {
  std::array<char, kChunk> chunk{};
  const ssize_t got = ::recv(client.socket.get(), chunk.data(), chunk.size(), 0);
  if (got < 0) return would_block();
  if (got == 0) return false;
  // What comes after the request is taken off the line, or closing would destroy our answer.
  if (client.state == Client::State::kLeaving) return true;
  client.in.append(chunk.data(), static_cast<std::size_t>(got));
  answer(client);
  return client.state == Client::State::kReading || write(client);
}

void HttpServer::answer(Client& client) {
  const ParsedRequest parsed = parse_request(client.in);
  if (parsed.state == ParsedRequest::State::kIncomplete) return;
  const bool is_head = parsed.request.method == "HEAD";
  HttpResponse response;
  if (parsed.state == ParsedRequest::State::kRefused) {
    response.status = parsed.status;
    response.body = "this request is not understood\n";
  } else {
    response = handle_(parsed.request);
  }
  client.out = render(response, !is_head);
  client.in.clear();
  client.state = Client::State::kWriting;
  client.leave_by = clock_.now() + kPatience;
}

bool HttpServer::write(Client& client) {
  const std::string_view rest = std::string_view(client.out).substr(client.written);
  const ssize_t sent = ::send(client.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
  if (sent < 0) return would_block();
  client.written += static_cast<std::size_t>(sent);
  if (client.written < client.out.size()) return true;
  ::shutdown(client.socket.get(), SHUT_WR);
  client.state = Client::State::kLeaving;
  client.leave_by = clock_.now() + kLeave;
  return true;
}

}  // namespace moodlesync::ops

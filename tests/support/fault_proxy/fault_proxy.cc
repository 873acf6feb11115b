#include "support/fault_proxy/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace moodlesync::testsupport {

namespace {

using Kind = NetworkFault::Kind;
using Clock = std::chrono::steady_clock;

/// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Descriptor listen_on_any_port(int& port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), any, size) != 0 || ::listen(socket.get(), 128) != 0 ||
      ::getsockname(socket.get(), any, &size) != 0) {
    throw std::runtime_error("the fault proxy cannot listen on loopback");
  }
  port = ntohs(address.sin_port);
  return socket;
}

/// One direction of a connection: what was read and not yet written.
struct Stream {
  std::string waiting;
  bool is_under_way = false;  ///< Part of the message has come already.
};

struct Connection {
  Descriptor client;
  Descriptor server;
  Stream request;
  Stream answer;
  Clock::time_point hold_until{};          ///< No answer is delivered before.
  std::optional<Clock::time_point> mute;   ///< Silent until then, closed after.
  std::function<void()> tell_when_done{};  ///< Runs once the answer has been written.
  bool server_is_done = false;
  bool is_dead = false;
};

/// Writes what it can; false when the other side is gone.
bool flush(const Descriptor& to, std::string& waiting) {
  const ssize_t sent = ::send(to.get(), waiting.data(), waiting.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  waiting.erase(0, static_cast<std::size_t>(sent));
  return true;
}

}  // namespace

class FaultProxy::Impl {
 public:
  explicit Impl(int port)
      : target_(port),
        listener_(listen_on_any_port(port_)),
        wake_(::eventfd(0, EFD_CLOEXEC)),
        thread_([this] { run(); }) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    stopping_ = true;
    ::eventfd_write(wake_.get(), 1);
    thread_.join();
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int struck() const { return struck_; }

  void arm(NetworkFault fault) {
    const std::lock_guard lock(mutex_);
    armed_.push_back(std::move(fault));
  }
  void disarm() {
    const std::lock_guard lock(mutex_);
    armed_.clear();
  }

 private:
  /// The first armed fault of one of these kinds, which strikes now.
  std::optional<NetworkFault> take(std::initializer_list<Kind> kinds) {
    const std::lock_guard lock(mutex_);
    const auto due = std::ranges::find_if(armed_, [&](const NetworkFault& fault) {
      return std::ranges::find(kinds, fault.kind) != kinds.end();
    });
    if (due == armed_.end()) return std::nullopt;
    NetworkFault fault = std::move(*due);
    armed_.erase(due);
    ++struck_;
    return fault;
  }

  void run() {
    while (!stopping_) {
      std::vector<pollfd> polled{{listener_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
      for (const Connection& connection : connections_) watch(connection, polled);
      ::poll(polled.data(), polled.size(), patience());
      std::size_t at = 2;
      for (Connection& connection : connections_) {
        serve(connection, {polled.data() + at, 2});
        at += 2;
      }
      std::erase_if(connections_, [](const Connection& one) { return one.is_dead; });
      if ((polled[0].revents & POLLIN) != 0) accept_one();
    }
    connections_.clear();
  }

  /// Nothing is read before what came earlier has been passed on.
  static void watch(const Connection& one, std::vector<pollfd>& polled) {
    const bool holding = Clock::now() < one.hold_until;
    short client = one.request.waiting.empty() ? POLLIN : 0;
    if (!one.answer.waiting.empty() && !holding) client |= POLLOUT;
    short server = one.answer.waiting.empty() ? POLLIN : 0;
    if (!one.request.waiting.empty()) server |= POLLOUT;
    if (one.mute) client = server = 0;
    // A descriptor below zero is ignored, even when the other side hangs up.
    polled.push_back({one.mute ? -1 : one.client.get(), client, 0});
    polled.push_back({one.mute || holding ? -1 : one.server.get(), server, 0});
  }

  /// Milliseconds until a delay ends; -1: nobody waits for the clock.
  [[nodiscard]] int patience() const {
    std::optional<Clock::time_point> first;
    const auto now = Clock::now();
    for (const Connection& one : connections_) {
      for (const auto time : {one.hold_until, one.mute.value_or(Clock::time_point{})}) {
        if (time > now && (!first || time < *first)) first = time;
      }
    }
    if (!first) return -1;
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(*first - now).count());
  }

  void serve(Connection& one, std::span<const pollfd> events) {
    if (one.mute) {
      one.is_dead = Clock::now() >= *one.mute;
      return;
    }
    constexpr short kReadable = POLLIN | POLLHUP | POLLERR;
    if ((events[0].revents & kReadable) != 0 && one.request.waiting.empty()) read_request(one);
    if (!one.is_dead && (events[1].revents & kReadable) != 0 && one.answer.waiting.empty()) {
      read_answer(one);
    }
    if (one.is_dead || one.mute) return;
    if (!one.request.waiting.empty() && !flush(one.server, one.request.waiting)) one.is_dead = true;
    if (!one.answer.waiting.empty() && Clock::now() >= one.hold_until) deliver(one);
    if (one.server_is_done && one.answer.waiting.empty()) one.is_dead = true;
  }

  static void deliver(Connection& one) {
    if (!flush(one.client, one.answer.waiting)) one.is_dead = true;
    if (one.answer.waiting.empty() && one.tell_when_done) std::exchange(one.tell_when_done, {})();
  }

  /// Appends what has come; false at the end of the stream.
  bool read(const Descriptor& from, std::string& into) {
    const ssize_t got = ::recv(from.get(), chunk_.data(), chunk_.size(), 0);
    if (got > 0) into.append(chunk_.data(), static_cast<std::size_t>(got));
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  }

  void read_request(Connection& one) {
    if (!read(one.client, one.request.waiting)) {
      one.is_dead = true;
      return;
    }
    one.answer.is_under_way = false;
    if (std::exchange(one.request.is_under_way, true)) return;
    if (!take({Kind::kCutRequest})) return;
    one.request.waiting.resize(one.request.waiting.size() / 2);
    flush(one.server, one.request.waiting);
    one.is_dead = true;
  }

  void read_answer(Connection& one) {
    if (!read(one.server, one.answer.waiting)) {
      one.server_is_done = true;
      return;
    }
    one.request.is_under_way = false;
    if (std::exchange(one.answer.is_under_way, true)) return;
    const auto fault = take({Kind::kLoseAnswer, Kind::kHalveAnswer, Kind::kDelayAnswer,
                             Kind::kGoSilent, Kind::kTellBefore, Kind::kTellAfter});
    if (fault) spoil(one, *fault);
  }

  static void spoil(Connection& one, const NetworkFault& fault) {
    switch (fault.kind) {
      case Kind::kHalveAnswer:
        one.answer.waiting.resize(one.answer.waiting.size() / 2);
        flush(one.client, one.answer.waiting);
        one.is_dead = true;
        break;
      case Kind::kDelayAnswer:
        one.hold_until = Clock::now() + fault.time;
        break;
      case Kind::kGoSilent:
        one.mute = Clock::now() + fault.time;
        break;
      case Kind::kTellBefore:
        fault.then();
        one.is_dead = true;
        break;
      case Kind::kTellAfter:
        one.tell_when_done = fault.then;
        break;
      case Kind::kLoseAnswer:
      case Kind::kRefuse:
      case Kind::kCutRequest:
        one.is_dead = true;
        break;
    }
  }

  void accept_one() {
    Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client.get() < 0 || take({Kind::kRefuse})) return;
    Descriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(target_);
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      return;
    }
    const int on = 1;
    for (const Descriptor* side : {&client, &server}) {
      ::setsockopt(side->get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    connections_.push_back({std::move(client), std::move(server), {}, {}, {}, {}, {}});
  }

  int target_;
  int port_ = 0;
  Descriptor listener_;
  Descriptor wake_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> struck_ = 0;
  std::mutex mutex_;
  std::vector<NetworkFault> armed_;    ///< Guarded by mutex_.
  std::list<Connection> connections_;  ///< The thread's own.
  std::array<char, 65536> chunk_{};    ///< The thread's own.
  std::thread thread_;                 ///< Last: it uses everything above.
};

FaultProxy::FaultProxy(int port) : impl_(std::make_unique<Impl>(port)) {}
FaultProxy::~FaultProxy() = default;
int FaultProxy::port() const { return impl_->port(); }
void FaultProxy::arm(NetworkFault fault) { impl_->arm(std::move(fault)); }
void FaultProxy::disarm() { impl_->disarm(); }
int FaultProxy::struck() const { return impl_->struck(); }

}  // namespace moodlesync::testsupport

#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "moodlesync/clock.h"
#include "moodlesync/result.h"
#include "ops/http_message.h"
#include "ops/listen_address.h"

struct pollfd;

namespace moodlesync::ops {

/// A small HTTP server for health checks, scrapes and one page, in a thread of its own.
///
/// One request for each connection. Bounded in everything: connections (the oldest gives way to a
/// new one), bytes of a request, and the time until it is complete and its answer taken. A client
/// that is slow or hostile is dropped and holds up nobody.
///
/// Lifetime: the destructor stops the thread, after the answer that is being made. Threads:
/// `handle` is called from the server's thread, one at a time; it may throw nothing.
class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  /// Errors: kConfig with code `cannot_listen`, e.g. when the port is in use.
  [[nodiscard]] static Result<std::unique_ptr<HttpServer>> open(const ListenAddress& address,
                                                                const Clock& clock, Handler handle);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// With the port that was found, if any would do.
  [[nodiscard]] const ListenAddress& address() const { return address_; }

  static constexpr std::size_t kMostConnections = 64;

 private:
  /// A file descriptor that is closed with its owner.
  class Descriptor {
   public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
      std::swap(fd_, other.fd_);
      return *this;
    }
    ~Descriptor();
    [[nodiscard]] int get() const { return fd_; }

   private:
    int fd_;
  };

  struct Client {
    enum class State { kReading, kWriting, kLeaving };
    Descriptor socket;
    Clock::TimePoint leave_by{};
    State state = State::kReading;
    std::string in = {};
    std::string out = {};
    std::size_t written = 0;
  };
  using Clients = std::list<Client>;

  HttpServer(Descriptor listener, Descriptor wake, ListenAddress address, const Clock& clock,
             Handler handle);
  [[nodiscard]] static Result<Descriptor> listen_at(ListenAddress& address);

  void serve();
  [[nodiscard]] std::vector<pollfd> wait();
  void accept_all();
  /// False: the connection is over.
  [[nodiscard]] bool move_on(Client& client);
  [[nodiscard]] bool read(Client& client);
  [[nodiscard]] bool write(Client& client);
  void answer(Client& client);

  Descriptor listener_;
  Descriptor wake_;  ///< An eventfd: readable means stop.
  ListenAddress address_;
  const Clock& clock_;
  Handler handle_;
  Clients clients_;                ///< The server's thread only; oldest first.
  Clock::TimePoint deaf_until_{};  ///< The server's thread only.
  std::thread thread_;
};

}  // namespace moodlesync::ops

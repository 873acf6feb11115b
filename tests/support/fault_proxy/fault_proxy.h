#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace moodlesync::testsupport {

/// Something that befalls one exchange on its way through a FaultProxy. It strikes once: the next
/// request, answer or connection after it was armed.
struct NetworkFault {
  enum class Kind {
    kRefuse,       ///< A new connection is closed at once.
    kCutRequest,   ///< Half of what came of the request gets through, then both sides are closed.
    kLoseAnswer,   ///< The server has answered; nobody hears it, the connection is closed.
    kHalveAnswer,  ///< … half of it is heard.
    kDelayAnswer,  ///< It comes `time` later.
    kGoSilent,     ///< It never comes, while the connection looks alive for `time`.
    kTellBefore,   ///< `then` runs while the answer is here and not delivered; then it is lost.
    kTellAfter,    ///< `then` runs as soon as the answer has been delivered.
  };
  Kind kind = Kind::kLoseAnswer;
  std::chrono::milliseconds time{0};
  std::function<void()> then = {};  ///< Runs on the proxy's thread.
};

/// A TCP relay on loopback in front of a server on loopback, with faults on demand. It knows no
/// HTTP: a request is what the client sends after an answer, an answer what the server sends after
/// a request, so clients must not pipeline.
///
/// Lifetime: the destructor closes everything and waits for its thread. Threads: every member from
/// any thread, except the destructor from `then`.
/// Errors: std::runtime_error from the constructor when it cannot listen.
class FaultProxy {
 public:
  /// Relays to 127.0.0.1:`port`.
  explicit FaultProxy(int port);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  [[nodiscard]] int port() const;

  /// Several faults wait in the order of their arming, those for requests apart from those for
  /// answers and connections.
  void arm(NetworkFault fault);
  /// Forgets what has not struck yet.
  void disarm();
  [[nodiscard]] int struck() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace moodlesync::testsupport

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace moodlesync::moodle {

/// One POST to Moodle's REST endpoint.
struct Request {
  std::uint64_t id = 0;  ///< Comes back with the reply; Moodle never sees it.
  std::string body;
  std::chrono::milliseconds timeout{60'000};
  /// A read may be sent again on a fresh connection when the server has closed a kept one. A write
  /// never is: the server may have acted on it before it closed.
  bool repeatable = false;
};

/// What came back, or what stood in the way.
struct Reply {
  enum class Delivery {
    kAnswered,    ///< The whole answer is here, whatever it says.
    kNotSent,     ///< Nothing of the request reached the server.
    kLost,        ///< The request left us, fully or in part; its answer did not come.
    kTooLarge,    ///< The answer was larger than allowed and was dropped.
    kImpossible,  ///< The settings do not let us send: an authority file that cannot be read.
  };

  std::uint64_t id = 0;
  Delivery delivery = Delivery::kAnswered;
  long status = 0;
  std::string content_type;
  std::string body;
  std::string location;  ///< Target of a redirect.
  std::optional<std::chrono::seconds> retry_after = std::nullopt;
  /// From the first byte sent to the last one received; zero: not known.
  std::chrono::microseconds took{0};
  std::string detail;  ///< What the network said, for people, when there is no answer.
};

/// Carries requests to Moodle and answers back, several at once.
///
/// Every request is replied to exactly once, also when it fails. Destroying the transport drops
/// what is in flight.
///
/// Threads: the event loop's only.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual void send(Request request) = 0;

  /// Moves the transfers on; sleeps at most `wait` until something happens to one of them or one of
  /// `wake_fds` (negative ones are ignored) is readable.
  virtual void run(std::chrono::milliseconds wait, std::span<const int> wake_fds) = 0;

  /// What has come since the last call.
  [[nodiscard]] virtual std::vector<Reply> take_replies() = 0;

  [[nodiscard]] virtual std::uint64_t connections_opened() const = 0;
};

}  // namespace moodlesync::moodle

#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "moodlesync/co.h"
#include "moodlesync/moodle.h"

namespace moodlesync {

class Observer;

/// What core_webservice_get_site_info tells that we need. Its userprivateaccesskey is never kept.
struct MoodleSite {
  std::string release;
  std::string version;
  std::string url;
  std::int64_t user_id = 0;
  std::string user_name;
  std::set<std::string, std::less<>> functions;  ///< Functions of the token's service.
  int max_input_vars =
      0;  ///< Form variables that are known to get through; the configured number if not probed.
};

struct GatewayStats {
  std::uint64_t calls = 0;        ///< HTTP requests sent.
  std::uint64_t rows = 0;         ///< Rows answered.
  std::uint64_t failures = 0;     ///< Requests that came back as an error of any kind.
  std::uint64_t splits = 0;       ///< Times a refused batch was split.
  std::uint64_t connections = 0;  ///< Connections opened; far below `calls` while keep-alive works.
  std::size_t limit = 0;          ///< Requests that may be in flight at once just now.
  std::size_t in_flight = 0;      ///< Requests that Moodle has not answered yet.
  std::size_t max_input_vars = 0;  ///< Form variables that a request may have, as far as known.
};

/// The engine's side of Moodle: drives the transfers and is the place where the event loop sleeps.
class Gateway : public Moodle {
 public:
  /// Sends what waits, takes in what has come, and sleeps at most `wait`, or until one of
  /// `wake_fds` is readable. Returns at once if there is anything to resume. Requires: not called
  /// from inside a conversation.
  virtual void pump(std::chrono::milliseconds wait, std::span<const int> wake_fds) = 0;

  /// For while something else is waited for: the same until `fd` is readable or `most` has passed,
  /// whether or not there is anything to resume; may return earlier.
  virtual void attend(int fd, std::chrono::milliseconds most) = 0;

  /// The conversations whose answers have come, in order of arrival. The caller resumes each
  /// exactly once.
  [[nodiscard]] virtual std::vector<std::coroutine_handle<>> take_ready() = 0;

  /// Rows that were submitted and not answered yet.
  [[nodiscard]] virtual std::size_t outstanding() const = 0;

  /// Asks Moodle who we are and what we may do, and whether reading works for this account (REST
  /// facts: site info succeeds for an account that must change its password, while reads come back
  /// empty). Makes reads_are_trustworthy() true or false. Errors: kConfig (token, rights, wrong
  /// site), kUnavailable.
  [[nodiscard]] virtual Co<Result<MoodleSite>> preflight() = 0;

  /// Why Moodle as a whole seems to be away: the last failure of that kind since the last preflight
  /// that succeeded. The rows of such a call may say kInDoubt or kTransient; a breaker goes by
  /// this. Also set, as kConfig, when the account lost the ability to read. Meanwhile rows are
  /// answered with it (kUnavailable or kConfig) unsent; the next preflight decides.
  [[nodiscard]] virtual std::optional<Error> outage() const = 0;

  [[nodiscard]] virtual GatewayStats stats() const = 0;

  /// Tells `observer`, which may be null, of every request from now on. Not owned.
  virtual void report_to(Observer* observer) = 0;
};

}  // namespace moodlesync

#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>

#include "moodlesync/clock.h"
#include "ops/http_message.h"

namespace moodlesync::ops {

/// Who may act on the status page: those who have entered the token, for a while and from that page
/// only.
///
/// A session is a random cookie that no script can read and no other site can send along (HttpOnly,
/// SameSite=Strict); a click counts with the session's own form token and from the page's own
/// origin. Guessing is slowed down to some tries a minute.
///
/// Threads: one.
class AdminDesk {
 public:
  struct Session {
    std::string id;
    std::string csrf;
    std::string notice;  ///< To be shown once.
    Clock::TimePoint ends{};
  };

  /// `token`: empty: nobody may act.
  AdminDesk(std::string token, const Clock& clock) : token_(std::move(token)), clock_(clock) {}

  [[nodiscard]] bool is_open() const { return !token_.empty(); }
  /// The session that the request belongs to, or nullptr.
  [[nodiscard]] Session* session_of(const HttpRequest& request);
  /// The same for a request that changes something: also null when another site sent it.
  [[nodiscard]] Session* actor_of(const HttpRequest& request);
  /// What comes of an attempt to sign in.
  enum class SignIn { kWelcome, kWrong, kTooOften, kForeign };
  [[nodiscard]] SignIn sign_in(const HttpRequest& request);
  /// The Set-Cookie of the newest session. Requires: sign_in() has just said kWelcome.
  [[nodiscard]] std::string newest_cookie() const;
  void sign_out(const Session& session);

  static constexpr std::size_t kMostSessions = 16;
  static constexpr int kTries = 5;  ///< A minute, whoever tries.

 private:
  std::string token_;
  const Clock& clock_;
  std::list<Session> sessions_;  ///< Oldest first.
  int failures_ = 0;
  Clock::TimePoint failures_forgotten_{};
};

/// So many random bytes as hexadecimal digits.
[[nodiscard]] std::string random_hex(std::size_t bytes);

/// Takes as long for a wrong text as for the right one.
[[nodiscard]] bool is_same_secret(std::string_view secret, std::string_view given);

}  // namespace moodlesync::ops

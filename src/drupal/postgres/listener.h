#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "drupal/postgres/connection.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// How long the listener believes in a connection that says nothing.
struct ListenerPatience {
  std::chrono::milliseconds between_tries{1'000};
  /// A ping that has not come by then will not come any more.
  std::chrono::milliseconds ping{5'000};
  std::chrono::milliseconds between_pings{60'000};
};

/// LISTEN on the channel that is named like our schema. Only shortens the wait: what it misses, the
/// poll finds.
///
/// A LISTEN can be lost without a sign: a firewall forgets the connection, a pooler hands the
/// session to somebody else. So from time to time the other connection notifies the channel, and
/// when that does not come the listener connects anew; when it does not come then either, it says
/// so (take_trouble) and goes on trying.
///
/// Lifetime: owns its connection, borrows the other one. Threads: the event loop's only.
class Listener : public ChangeListener {
 public:
  /// With `enabled` false it never connects: the triggers are silent. `other`: sends the pings
  /// while it is open and not within a transaction.
  Listener(ConnectionSettings settings, std::string channel, bool enabled, Connection& other,
           ListenerPatience patience = {});

  [[nodiscard]] int fd() const override { return connection_.fd(); }
  [[nodiscard]] bool consume() override;
  [[nodiscard]] std::optional<std::string> take_trouble() override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  [[nodiscard]] bool reconnect(Time now);
  /// False: the connection is deaf and was closed.
  [[nodiscard]] bool ping(Time now);
  void heard();

  Connection connection_;
  Connection& other_;
  std::string channel_;
  bool enabled_;
  ListenerPatience patience_;
  std::string payload_;  ///< Of our pings; no other instance's.
  std::optional<Time> last_try_;
  std::optional<Time> pinged_;  ///< Set while a ping is on its way.
  Time next_ping_{};
  int unheard_ = 0;  ///< Pings in a row, each on a connection of its own, that did not come.
  bool in_trouble_ = false;
  std::optional<std::string> trouble_;
};

}  // namespace moodlesync::postgres

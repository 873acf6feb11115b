#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "drupal/postgres/connection.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// LISTEN on the channel that is named like our schema. Only shortens the wait: what it misses, the
/// poll finds.
///
/// Lifetime: owns its connection. Threads: the event loop's only.
class Listener : public ChangeListener {
 public:
  /// With `enabled` false it never connects: the triggers are silent.
  Listener(ConnectionSettings settings, std::string channel, bool enabled);

  [[nodiscard]] int fd() const override { return connection_.fd(); }
  [[nodiscard]] bool consume() override;

 private:
  using Time = std::chrono::steady_clock::time_point;
  [[nodiscard]] bool reconnect(Time now);

  Connection connection_;
  std::string channel_;
  bool enabled_;
  std::optional<Time> last_try_;
};

}  // namespace moodlesync::postgres

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/rooms.h"
#include "app/settings.h"
#include "engine/guard.h"

namespace moodlesync::app {

/// All that one configuration opens. A reload opens a second one beside it and closes the first
/// when its loop has wound down.
class Wiring {
 public:
  explicit Wiring(Settings settings) : settings_(std::move(settings)) {}

  /// Opens what is not open yet and compares the mapping with Drupal's real fields. May be called
  /// again after an error. Returns what is wrong with the mapping.
  [[nodiscard]] Result<std::vector<SettingsFault>> connect(const Rooms& rooms);

  [[nodiscard]] const Settings& settings() const { return settings_; }
  /// Requires: connect() succeeded.
  [[nodiscard]] DrupalDatabase& database() { return *database_; }
  /// The same database by a session of its own: what its clerk works with.
  [[nodiscard]] DrupalDatabase& clerks_database() { return *clerks_database_; }
  [[nodiscard]] Gateway& gateway() { return *gateway_; }

 private:
  Settings settings_;
  std::unique_ptr<DrupalDatabase> database_;
  std::unique_ptr<DrupalDatabase> clerks_database_;
  std::unique_ptr<Gateway> gateway_;
};

/// The guard at start: checks that this is the site that was installed; `advance`: advances the
/// epoch on both sides, too.
///
/// Errors: as Guard::check() and StateFolder::advance().
[[nodiscard]] Status pass_guard(engine::Guard& guard, bool advance);

}  // namespace moodlesync::app

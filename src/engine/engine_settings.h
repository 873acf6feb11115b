#pragma once

#include <chrono>
#include <string>

#include "engine/brake_settings.h"

namespace moodlesync::engine {

/// How the loop works. Every value has a key under `engine:` in the configuration.
struct EngineSettings {
  /// How often the database is asked without having been woken. Longer: less load, later pick-up
  /// when NOTIFY is lost.
  std::chrono::milliseconds poll_interval{1000};
  /// Tasks taken in one claim, and settled in one transaction. More: fewer statements per task;
  /// less: smaller groups that are in step sooner, and less memory.
  int claim_limit = 500;
  /// Conversations at a time. More keeps Moodle's batches full; each costs a few kilobytes.
  int max_in_flight = 2000;
  /// How long a claim lasts without a heartbeat. Shorter: a crashed instance's work is rescued
  /// sooner.
  std::chrono::seconds lease{45};
  /// How long a stop waits for what is in flight.
  std::chrono::milliseconds shutdown_grace{20'000};
  /// The n-th retry comes after a random time up to min(retry_cap, retry_base * 2^n).
  std::chrono::milliseconds retry_base{2'000};
  std::chrono::milliseconds retry_cap{600'000};
  /// Repetitions soon after a failure, as a percentage of the conversations of retry_window; more
  /// of them wait for up to retry_cap. Lower: a Moodle in trouble is spared more.
  int retry_share = 20;
  std::chrono::milliseconds retry_window{60'000};
  /// Attempts before a task that keeps failing is parked.
  int max_attempts = 12;
  /// How long a waiting task waits before it looks for itself; normally the other entity's settle
  /// wakes it.
  std::chrono::milliseconds wait_backstop{300'000};
  /// How long a component that hit a configuration error rests before it tries again.
  std::chrono::milliseconds component_rest{300'000};
  /// How often a sweep looks for what a lost event missed. Zero: only once, at start.
  std::chrono::milliseconds sweep_interval{600'000};
  /// Whether an outcome that is as it should be has a line at level info; `log.outcomes`. False: it
  /// has one at debug, and the first load of a big site does not fill the journal.
  bool tells_routine = true;
  BrakeSettings brake;
  /// The site that this configuration is for; compared with what was recorded at install.
  std::string site_url;
};

}  // namespace moodlesync::engine

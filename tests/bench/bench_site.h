#pragma once

#include "support/sync_rig/peopled_campus.h"

namespace moodlesync::bench {

/// A peopled campus and a daemon that goes on running.
class BenchSite : public testsupport::PeopledCampus {
 public:
  BenchSite() : PeopledCampus({.sweeps = true, .keeps_running = true}) {}

  /// Runs until nothing is due, by so many daemons side by side; seconds.
  double sync(int daemons = 1);
};

}  // namespace moodlesync::bench

#pragma once

#include "support/sync_rig/peopled_campus.h"

namespace moodlesync::bench {

/// A peopled campus and a daemon that goes on running.
class BenchSite : public testsupport::PeopledCampus {
 public:
  BenchSite() : PeopledCampus({.sweeps = true, .keeps_running = true}) {}

  /// Runs until nothing is due; seconds.
  double sync();
};

}  // namespace moodlesync::bench

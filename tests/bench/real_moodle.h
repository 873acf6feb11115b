#pragma once

#include <functional>
#include <string>

#include "measurements.h"
#include "support/sync_rig/sync_rig.h"

namespace moodlesync::bench {

/// The ratios at a real Moodle: accounts, courses and enrolments made by the daemon, by calls of
/// one entity each, and by calls of many that a script written by hand would make. What it makes
/// there stays there, so give it one to be thrown away. Throws when that Moodle refuses something.
/// `is_wanted`: users, courses, enrolments.
void measure_real_moodle(const testsupport::SyncRig::MoodleAccess& moodle,
                         const std::function<bool(std::string)>& is_wanted, const Scale& scale,
                         BenchTable& table);

}  // namespace moodlesync::bench

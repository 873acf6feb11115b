#pragma once

#include <string>
#include <vector>

#include "support/drupal_site/drupal_site.h"
#include "support/moodle_sim/moodle_sim.h"

namespace moodlesync::testsupport {

/// What the campus's Drupal and Moodle do not agree about, a sentence each: every section, template
/// and course, field by field, both ways. Knows nothing of the daemon's code: what Moodle ought to
/// hold is worked out here once more.
[[nodiscard]] std::vector<std::string> differences(DrupalSite& drupal, sim::MoodleSim& moodle,
                                                   sim::Id trash_bin_category);

}  // namespace moodlesync::testsupport

#pragma once

#include <string>
#include <vector>

#include "support/drupal_site/drupal_site.h"
#include "support/moodle_sim/moodle_sim.h"

namespace moodlesync::testsupport {

/// What Drupal and Moodle do not agree about: every user, cohort, membership and active enrolment
/// of a CampusPeople, with all roles, both ways round. Empty: they are in step. Reads each table
/// once, so thousands of people take a fraction of a second.
[[nodiscard]] std::vector<std::string> people_differences(DrupalSite& drupal,
                                                          sim::MoodleSim& moodle);

}  // namespace moodlesync::testsupport

#pragma once

#include <string>
#include <vector>

#include "support/drupal_site/drupal_site.h"
#include "support/moodle_sim/moodle_sim.h"

namespace moodlesync::chaos {

/// What is wrong when everything has come to rest, a sentence each.
struct Verdict {
  std::vector<std::string> lost;       ///< Drupal says something that Moodle, or Drupal's own field
                                       ///< for Moodle's id, does not show.
  std::vector<std::string> duplicate;  ///< Moodle holds something twice, or that nobody asked for.
  std::vector<std::string> stuck;      ///< The queue still owes something.
};

/// Compares both sides entity by entity and looks into the queue.
[[nodiscard]] Verdict judge(testsupport::DrupalSite& drupal, sim::MoodleSim& moodle,
                            sim::Id trash_bin);

/// True when the queue owes nothing.
[[nodiscard]] bool is_at_rest(testsupport::DrupalSite& drupal);

}  // namespace moodlesync::chaos

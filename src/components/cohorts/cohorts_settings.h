#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/component.h"
#include "moodlesync/settings.h"

namespace moodlesync::cohorts {

/// The terms of one vocabulary that become cohorts.
struct CohortSource {
  /// Whether Moodle shows the cohort in its menus.
  enum class Visible { kLeftToMoodle, kAlways, kNever, kWhenPublished };

  SourceSpec spec;
  std::string name_path;
  std::string description_path;      ///< Empty: Moodle's descriptions are left alone.
  std::optional<MoodleId> category;  ///< Course category that holds them; empty: the system.
  Visible visible = Visible::kLeftToMoodle;
  bool deletes = true;  ///< A deleted term's cohort is deleted.
  std::string idnumber_prefix;
};

/// The users whose memberships a term-reference field lists.
struct MemberSource {
  SourceSpec spec;
  std::string path;
};

struct CohortsSettings {
  std::vector<CohortSource> cohorts;
  std::vector<MemberSource> members;
};

/// Reads `components.cohorts`; faults are reported through `settings`.
[[nodiscard]] CohortsSettings read_settings(Section& settings);

}  // namespace moodlesync::cohorts

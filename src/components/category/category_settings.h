#pragma once

#include <optional>
#include <string>
#include <vector>

#include "moodlesync/component.h"
#include "moodlesync/settings.h"

namespace moodlesync::category {

/// The terms of one vocabulary that become course categories.
struct CategorySource {
  SourceSpec spec;
  std::string name_path;         ///< The term's name.
  std::string description_path;  ///< Empty: Moodle's descriptions are left alone.
  std::string parent_path;
  std::string idnumber_prefix;
  std::optional<MoodleId> trash_bin;  ///< Empty: a deleted term's category stays where it is.
};

/// Reads `components.category`; faults are reported through `settings`.
[[nodiscard]] std::vector<CategorySource> read_sources(Section& settings);

}  // namespace moodlesync::category

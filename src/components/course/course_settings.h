#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "moodlesync/component.h"
#include "moodlesync/settings.h"

namespace moodlesync::course {

/// What becomes of the course of a deleted entity.
enum class DeletePolicy { kNothing, kHide, kDelete, kTrashBin };

/// A custom field of Moodle's courses.
struct CustomField {
  std::string name;  ///< Moodle's short name of the field.
  std::string path;
  /// For a select field: Drupal's text → number of the option, as Moodle wants it.
  std::map<std::string, std::string, std::less<>> options;
};

/// The nodes of one bundle, or the terms of one vocabulary, that become courses.
struct CourseSource {
  SourceSpec spec;
  /// Key under `fields:` (see kCourseFields) → field path.
  std::map<std::string, std::string, std::less<>> fields;
  std::vector<CustomField> custom_fields;
  std::string idnumber_prefix;

  std::optional<MoodleId> fixed_category;
  std::string category_path;  ///< Reference to the term whose category is meant; may be empty.
  MoodleId fallback_category{1};

  std::string template_path;     ///< Reference to the entity whose course is copied; may be empty.
  bool template_hidden = false;  ///< A copy stays hidden unless `visible` is mapped.

  DeletePolicy on_delete = DeletePolicy::kNothing;
  MoodleId trash_bin;                 ///< kTrashBin only.
  std::size_t fullname_limit = 1333;  ///< Characters; Moodle before 5.0 takes 254.
};

/// Reads `components.course`; faults are reported through `settings`.
[[nodiscard]] std::vector<CourseSource> read_sources(Section& settings);

}  // namespace moodlesync::course

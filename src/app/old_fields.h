#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/old_settings.h"

namespace moodlesync::app {

/// What Moodle calls a field, and the path of the Drupal field that it is filled from.
using FieldMapping = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] bool has_field(const FieldMapping& fields, std::string_view name);

/// As Moodle names its custom fields, roles and the like.
[[nodiscard]] bool is_short_name(std::string_view name);

/// The path of the field that stands under `key`, or "" with a note.
[[nodiscard]] std::string field_path(OldSettings& old, std::string_view key);

/// Moodle's own fields that the old module mapped; what cannot be carried over is noted. `known`:
/// those that Moodle takes; `gone`: those that it once took.
[[nodiscard]] FieldMapping mapped_fields(OldSettings& old, std::span<const std::string_view> known,
                                         std::span<const std::string_view> gone);

/// The same of custom fields, whose names are the site's own.
[[nodiscard]] FieldMapping mapped_custom_fields(OldSettings& old);

}  // namespace moodlesync::app

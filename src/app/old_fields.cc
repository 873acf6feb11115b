#include "app/old_fields.h"

#include <algorithm>

#include "moodlesync/entity.h"

namespace moodlesync::app {

namespace {

constexpr std::string_view kGoneSince4 =
    "is no longer a field of Moodle's (since 4.0); left out: map it to a custom profile field";

/// `profile_TYPE_FIELD`, which the old module could not tell apart either where TYPE holds a `_`:
/// Drupal's own fields begin with field_.
std::string profile_path(std::string_view path) {
  constexpr std::string_view kPrefix = "profile_";
  if (!path.starts_with(kPrefix)) return std::string(path);
  const std::string_view rest = path.substr(kPrefix.size());
  std::size_t at = rest.find("_field_");
  if (at == std::string_view::npos) at = rest.find('_');
  if (at == std::string_view::npos) return std::string(path);
  return "profile:" + std::string(rest.substr(0, at)) + ":" + std::string(rest.substr(at + 1));
}

}  // namespace

bool has_field(const FieldMapping& fields, std::string_view name) {
  return std::ranges::find(fields, name, &FieldMapping::value_type::first) != fields.end();
}

bool is_short_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::string field_path(OldSettings& old, std::string_view key) {
  std::string path = old.text(key);
  if (path.empty() || parse_field_path(path)) return path;
  old.note(key, "is no field: '" + path + "'; left out");
  return {};
}

FieldMapping mapped_fields(OldSettings& old, std::span<const std::string_view> known,
                           std::span<const std::string_view> gone) {
  FieldMapping fields;
  for (const auto& [name, written] : old.mapping("map_fields")) {
    if (name == "idnumber") continue;  // It is always the id.
    const std::string key = "map_fields." + name;
    if (std::ranges::find(gone, name) != gone.end()) {
      old.note(key, kGoneSince4);
    } else if (std::ranges::find(known, name) == known.end()) {
      old.note(key, "is no field that Moodle takes; left out");
    } else if (const std::string path = profile_path(written); !parse_field_path(path)) {
      old.note(key, "maps '" + written + "', which is no field; left out");
    } else {
      fields.emplace_back(name, path);
    }
  }
  return fields;
}

FieldMapping mapped_custom_fields(OldSettings& old) {
  FieldMapping fields;
  for (const auto& [name, written] : old.mapping("map_customfields")) {
    const std::string key = "map_customfields." + name;
    const std::string path = profile_path(written);
    if (!is_short_name(name)) {
      old.note(key, "is no short name of a custom field; left out");
    } else if (!parse_field_path(path)) {
      old.note(key, "maps '" + written + "', which is no field; left out");
    } else {
      fields.emplace_back(name, path);
    }
  }
  return fields;
}

}  // namespace moodlesync::app

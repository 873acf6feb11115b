#include "moodlesync/entity.h"

#include "base/text.h"
#include "moodlesync/component.h"

namespace moodlesync {

namespace {

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (auto at = text.find(by); at != std::string_view::npos; at = text.find(by)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return parts;
}

bool is_machine_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos;
}

}  // namespace

Result<FieldPath> parse_field_path(std::string_view text) {
  std::vector<std::string_view> parts = split(base::trim(text), ':');
  FieldPath path;
  bool good = true;
  if (parts.size() >= 3 && parts[0] == "profile") {
    path.profile = parts[1];
    good = is_machine_name(parts[1]);
    parts.erase(parts.begin(), parts.begin() + 2);
  }
  good = good && parts.size() <= 2;
  for (const std::string_view part : parts) good = good && is_machine_name(part);
  if (!good) {
    return Error{ErrorKind::kConfig, "bad_field_path",
                 "'" + std::string(text) +
                     "' is not a field path; write title, field_x, field_x:column, id or "
                     "profile:TYPE:field_x"};
  }
  path.field = parts[0];
  if (parts.size() == 2) path.column = parts[1];
  return path;
}

std::string to_string(const FieldPath& path) {
  return (path.profile.empty() ? "" : "profile:" + path.profile + ":") + path.field +
         (path.column.empty() ? "" : ":" + path.column);
}

const std::vector<FieldValue>& Entity::values(std::string_view path) const {
  static const std::vector<FieldValue> kNone;
  const auto found = fields.find(path);
  return found == fields.end() ? kNone : found->second;
}

const FieldValue* Entity::first(std::string_view path) const {
  const auto& all = values(path);
  return all.empty() ? nullptr : &all.front();
}

std::string_view Entity::text(std::string_view path) const {
  const FieldValue* value = first(path);
  return value == nullptr ? std::string_view{} : std::string_view(value->text);
}

Reference self_reference(const Entity& entity) {
  return {entity.ref, entity.exists, entity.bundle, entity.moodle_id_text};
}

ParsedMoodleId parse_moodle_id(std::string_view text) {
  text = base::trim(text);
  if (text.empty()) return {};
  const auto number = base::parse_int(text);
  if (!number || *number <= 0) return {MoodleIdField::kOptedOut, {}};
  return {MoodleIdField::kNumber, MoodleId{*number}};
}

}  // namespace moodlesync

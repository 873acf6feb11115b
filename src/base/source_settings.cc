#include "base/source_settings.h"

#include <algorithm>

#include "base/text.h"

namespace moodlesync::base {

SourceSpec read_source(Section& section, std::string_view component, std::string_view entity_type,
                       std::string_view bundle_key) {
  SourceSpec source;
  source.component = component;
  source.entity_type = entity_type;
  source.bundle = section.text(bundle_key);
  source.name = section.text("name", source.bundle);
  source.moodle_id_field = section.text("moodle_id_field", source.moodle_id_field);
  source.origin = section.origin(bundle_key);
  if (source.bundle.empty()) section.fault(bundle_key, "is missing: say which entities to sync");
  return source;
}

std::string wish_path(SourceSpec& source, std::string_view path, std::string_view counterpart_of,
                      Section& section, std::string_view key) {
  if (path.empty()) return {};
  auto parsed = parse_field_path(path);
  if (!parsed) {
    section.fault(key, parsed.error().message);
    return {};
  }
  source.fields.push_back({*parsed, std::string(counterpart_of), section.origin(key)});
  return to_string(*parsed);
}

std::string wish(SourceSpec& source, Section& section, std::string_view key,
                 std::string_view fallback, std::string_view counterpart_of) {
  const std::string path = section.text(key, fallback);
  return wish_path(source, path, counterpart_of, section, key);
}

void check_unique_name(const std::vector<SourceSpec>& sources, const SourceSpec& added,
                       Section& section) {
  const bool taken = std::ranges::any_of(
      sources, [&added](const SourceSpec& source) { return source.name == added.name; });
  if (taken) section.fault("name", "'" + added.name + "' is the name of another source here");
}

std::string idnumber(std::string_view prefix, const EntityRef& entity) {
  return std::string(prefix) + std::to_string(entity.id);
}

std::optional<std::int64_t> entity_of_idnumber(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  const auto id = parse_int(text);
  if (!id || *id <= 0 || std::to_string(*id) != text) return std::nullopt;
  return id;
}

}  // namespace moodlesync::base

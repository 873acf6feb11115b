#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "moodlesync/component.h"
#include "moodlesync/settings.h"

/// The keys that the sources of all components share.
namespace moodlesync::base {

/// Reads `name` (default: the bundle), `<bundle_key>` (required), `moodle_id_field`; the entity
/// type is the caller's.
[[nodiscard]] SourceSpec read_source(Section& section, std::string_view component,
                                     std::string_view entity_type, std::string_view bundle_key);

/// Asks for the field path that stands at `key` (or `fallback`), remembers it in `source.fields`
/// and returns it in its written form; "" when nothing is mapped or the path is faulty, which is
/// reported. `counterpart_of`: the component whose id of the referenced entity is needed.
std::string wish(SourceSpec& source, Section& section, std::string_view key,
                 std::string_view fallback = {}, std::string_view counterpart_of = {});

/// The same for a path that was read already.
std::string wish_path(SourceSpec& source, std::string_view path, std::string_view counterpart_of,
                      Section& section, std::string_view key);

/// Reports a second source of the same name.
void check_unique_name(const std::vector<SourceSpec>& sources, const SourceSpec& added,
                       Section& section);

/// The text that identifies `entity` in Moodle, unique within a component.
[[nodiscard]] std::string idnumber(std::string_view prefix, const EntityRef& entity);
/// The id of the entity of which idnumber() makes `text`; empty when it is none of ours.
[[nodiscard]] std::optional<std::int64_t> entity_of_idnumber(std::string_view prefix,
                                                             std::string_view text);
[[nodiscard]] inline bool is_idnumber(std::string_view prefix, std::string_view text) {
  return entity_of_idnumber(prefix, text).has_value();
}

}  // namespace moodlesync::base

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace moodlesync::sim {

/// No NUL, no U+FFFE or U+FFFF, and well-formed UTF-8: what Moodle's fix_utf8() leaves alone.
[[nodiscard]] bool is_clean_utf8(std::string_view text);

/// Characters, as PostgreSQL counts them in varchar(n).
[[nodiscard]] std::size_t character_count(std::string_view text);

/// Whether PHP's strip_tags() would take something away.
[[nodiscard]] bool has_tags(std::string_view text);

/// Whether the only tags are well-formed multilang ones, which PARAM_TEXT lets through.
[[nodiscard]] bool has_only_multilang_tags(std::string_view text);

/// Whether the text has no capital letter (Latin, Greek, Cyrillic), as PARAM_USERNAME wants it.
[[nodiscard]] bool is_lower_case(std::string_view text);

/// ASCII lower case.
[[nodiscard]] std::string to_lower(std::string_view text);

/// Without leading and trailing blanks, tabs, CR, LF, VT and NUL: PHP's trim().
[[nodiscard]] std::string_view trim(std::string_view text);

/// A name as Moodle's display formatter shows it: tags gone, bare & < > escaped.
[[nodiscard]] std::string format_name(std::string_view name);

/// An HTML text as Moodle's cleaner shows it: scripts and event handlers gone, bare & escaped.
[[nodiscard]] std::string clean_html(std::string_view html);

}  // namespace moodlesync::sim

#include "support/moodle_sim/param_type.h"

#include <algorithm>
#include <regex>
#include <string>

#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || is_digit(c); }
bool is_dash(char c) { return c == '_' || c == '-'; }

template <typename Predicate>
bool all(std::string_view text, Predicate predicate) {
  return std::all_of(text.begin(), text.end(), predicate);
}

bool is_plugin(std::string_view text) {
  if (text.empty()) return true;
  if (text.size() < 2 || text.front() < 'a' || text.front() > 'z' || text.back() == '_') {
    return false;
  }
  return text.find("__") == std::string_view::npos &&
         all(text, [](char c) { return is_lower_or_digit(c) || c == '_'; });
}

bool is_safe_dir(std::string_view text) {
  return all(text, [](char c) { return is_alpha(c) || is_digit(c) || is_dash(c); });
}

bool is_timezone(std::string_view text) {
  static const std::regex kPattern(
      R"((([+-]?(0?[0-9](\.[50])?|1[0-3](\.0)?|1[0-2]\.5))|(99)|[A-Za-z0-9]+(/?[A-Za-z_-])+))");
  return text.empty() || std::regex_match(text.begin(), text.end(), kPattern);
}

bool is_username(std::string_view text, const Settings& settings) {
  if (trim(text) != text) return false;
  if (settings.extended_username_chars) return is_clean_utf8(text) && is_lower_case(text);
  return all(text,
             [](char c) { return is_lower_or_digit(c) || is_dash(c) || c == '.' || c == '@'; });
}

bool is_installed(std::string_view text, const std::set<std::string>& installed) {
  return text.empty() || installed.contains(std::string(text));
}

bool is_text(std::string_view text) {
  return is_clean_utf8(text) && (!has_tags(text) || has_only_multilang_tags(text));
}

}  // namespace

bool accepts(Type type, std::string_view value, const Settings& settings) {
  switch (type) {
    case Type::kInt:
      return canonical_number(value).has_value();
    case Type::kBool:
      return value == "0" || value == "1";
    case Type::kRaw:
      return is_clean_utf8(value);
    case Type::kRawTrimmed:
      return is_clean_utf8(value) && trim(value) == value;
    case Type::kText:
      return is_text(value);
    case Type::kNoTags:
      return is_clean_utf8(value) && !has_tags(value);
    case Type::kAlpha:
      return all(value, is_alpha);
    case Type::kAlphaExt:
      return all(value, [](char c) { return is_alpha(c) || is_dash(c); });
    case Type::kAlphaNumExt:
    case Type::kSafeDir:
      return is_safe_dir(value);
    case Type::kPlugin:
      return is_plugin(value);
    case Type::kAuth:
      return is_plugin(value) && is_installed(value, settings.auth_plugins);
    case Type::kLang:
      return is_safe_dir(value) && is_installed(value, settings.languages);
    case Type::kTheme:
      return is_plugin(value) && is_installed(value, settings.themes);
    case Type::kTimezone:
      return is_timezone(value);
    case Type::kUsername:
      return is_username(value, settings);
  }
  return false;
}

bool is_valid_email(std::string_view email) {
  static const std::regex kPattern(
      R"([A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@)"
      R"(([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+)"
      R"(|\[[0-9]{1,3}(\.[0-9]{1,3}){3}\]))");
  const std::size_t at = email.find('@');
  if (at > 64 || email.size() > 254) return false;  // Without an @ it is far above.
  return std::regex_match(email.begin(), email.end(), kPattern);
}

}  // namespace moodlesync::sim

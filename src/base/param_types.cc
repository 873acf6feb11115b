#include "base/param_types.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.h"

namespace moodlesync::base {

namespace {

Error refused(const ParamRule& rule, std::string code, const std::string& what) {
  return {ErrorKind::kRejected, std::move(code), std::string(rule.field) + " " + what};
}

/// The value as a message shows it: short, so that a whole article is never quoted.
std::string quoted(std::string_view value) {
  constexpr std::size_t kShown = 40;
  if (length_in_characters(value) <= kShown) return "'" + std::string(value) + "'";
  std::size_t end = kShown;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) --end;
  return "'" + std::string(value.substr(0, end)) + "…'";
}

std::string is_that(const ParamRule& rule, std::string_view value) {
  return rule.personal ? "does not fit" : "is " + quoted(value);
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

/// Digits without sign, outer blanks, leading zeros and a fraction of zeros; nothing if it is not
/// a whole number.
std::optional<std::string> canonical_number(std::string_view value) {
  value = trim(value);
  const bool negative = value.starts_with('-');
  if (negative || value.starts_with('+')) value.remove_prefix(1);
  if (const auto point = value.find('.'); point != std::string_view::npos) {
    if (value.find_first_not_of('0', point + 1) != std::string_view::npos) return std::nullopt;
    value = value.substr(0, point);
  }
  if (value.empty() || !std::ranges::all_of(value, is_digit)) return std::nullopt;
  value.remove_prefix(std::min(value.find_first_not_of('0'), value.size() - 1));
  return (negative && value != "0" ? "-" : "") + std::string(value);
}

Result<std::string> int_param(const ParamRule& rule, std::string_view value) {
  if (auto text = canonical_number(value)) {
    const auto number = parse_int(*text);
    if (number && *number >= rule.min && *number <= rule.max) return *std::move(text);
  }
  std::string wanted = "a whole number";
  if (rule.max != std::numeric_limits<std::int64_t>::max()) {
    wanted += " from " + std::to_string(rule.min) + " to " + std::to_string(rule.max);
  }
  return refused(rule, "bad_value", is_that(rule, value) + "; Moodle takes " + wanted);
}

Result<std::string> bool_param(const ParamRule& rule, std::string_view value) {
  const std::string word = ascii_lower(trim(value));
  for (const std::string_view yes : {"1", "true", "yes", "on"}) {
    if (word == yes) return std::string("1");
  }
  for (const std::string_view no : {"0", "false", "no", "off"}) {
    if (word == no) return std::string("0");
  }
  return refused(rule, "bad_value", is_that(rule, value) + "; Moodle takes 0 or 1");
}

bool is_plugin_name(std::string_view name) {
  const auto inner = [](char c) { return is_lower(c) || is_digit(c) || c == '_'; };
  return name.empty() || (name.size() >= 2 && is_lower(name.front()) && name.back() != '_' &&
                          std::ranges::all_of(name, inner));
}

bool is_alphanumext(std::string_view name) {
  return std::ranges::all_of(name, [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '-';
  });
}

Result<std::string> matching(const ParamRule& rule, std::string_view value,
                             bool (*fits)(std::string_view), std::string_view allowed) {
  value = trim(value);
  if (fits(value)) return std::string(value);
  return refused(rule, "bad_value",
                 is_that(rule, value) + "; Moodle takes only " + std::string(allowed));
}

std::string text_param(std::string_view value, Multilang multilang) {
  const std::string clean = clean_text(value, multilang);
  std::string text(trim(clean));
  if (text.ends_with('<')) text += ' ';  // the blank that kept it from opening a tag
  return text;
}

Result<std::string> cleaned(const ParamRule& rule, std::string_view value) {
  switch (rule.type) {
    case ParamType::kInt:
      return int_param(rule, value);
    case ParamType::kBool:
      return bool_param(rule, value);
    case ParamType::kRaw:
      return std::string(value);
    case ParamType::kRawTrimmed:
      return std::string(trim(value));
    case ParamType::kText:
    case ParamType::kNoTags:
      return text_param(value,
                        rule.type == ParamType::kText ? Multilang::kKeep : Multilang::kRemove);
    case ParamType::kPlugin:
      return matching(rule, value, is_plugin_name,
                      "lower-case letters, digits and _, starting with a letter, at least two");
    case ParamType::kSafeDir:
    case ParamType::kAlphaNumExt:
      return matching(rule, value, is_alphanumext, "letters from a to z, digits, _ and -");
  }
  return Error{ErrorKind::kBug, "param_type", "a parameter type without a rule"};
}

}  // namespace

Result<std::string> to_param(const ParamRule& rule, std::string_view value) {
  auto param = cleaned(rule, clean_utf8(value));
  if (!param) return param;
  if (rule.required && (param->empty() || *param == "0")) {
    return refused(rule, "missing_value",
                   param->empty() ? "is empty; Moodle needs a text there"
                                  : "is '0', which Moodle takes for empty; it needs a text there");
  }
  const std::size_t length = length_in_characters(*param);
  if (rule.max_length != 0 && length > rule.max_length) {
    return refused(rule, "too_long",
                   "has " + std::to_string(length) + " characters; Moodle takes at most " +
                       std::to_string(rule.max_length));
  }
  return param;
}

std::size_t length_in_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace moodlesync::base

#include "components/users/user_fields.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "components/users/regional.h"

namespace moodlesync::users {

namespace {

using base::ParamRule;
using base::ParamType;

constexpr UserField plain(std::string_view name, ParamType type, std::size_t max_length) {
  return {ParamRule{.field = name, .type = type, .max_length = max_length, .personal = true}};
}

constexpr UserField special(std::string_view name, FieldKind kind, std::size_t max_length,
                            bool keeps_when_empty = false) {
  return {ParamRule{.field = name, .max_length = max_length, .personal = true}, kind,
          keeps_when_empty};
}

constexpr UserField person_name(std::string_view name) {
  return {ParamRule{.field = name,
                    .type = ParamType::kNoTags,
                    .max_length = 100,
                    .required = true,
                    .personal = true}};
}

constexpr UserField choice(std::string_view name, std::int64_t max) {
  return {ParamRule{.field = name, .type = ParamType::kInt, .min = 0, .max = max, .personal = true},
          FieldKind::kByRule, true};
}

constexpr auto kFields = std::to_array<UserField>({
    special("username", FieldKind::kUsername, 100),
    person_name("firstname"),
    person_name("lastname"),
    special("email", FieldKind::kEmail, 100),
    plain("firstnamephonetic", ParamType::kNoTags, 255),
    plain("lastnamephonetic", ParamType::kNoTags, 255),
    plain("middlename", ParamType::kNoTags, 255),
    plain("alternatename", ParamType::kNoTags, 255),
    plain("city", ParamType::kText, 120),
    special("country", FieldKind::kCountry, 2),
    special("timezone", FieldKind::kTimezone, 100),
    special("lang", FieldKind::kLanguage, 30, true),
    special("description", FieldKind::kDescription, 0),
    special("interests", FieldKind::kInterests, 0),
    plain("institution", ParamType::kText, 255),
    plain("department", ParamType::kText, 255),
    plain("address", ParamType::kText, 255),
    plain("phone1", ParamType::kNoTags, 20),
    plain("phone2", ParamType::kNoTags, 20),
    plain("theme", ParamType::kPlugin, 50),
    {ParamRule{.field = "calendartype", .type = ParamType::kPlugin, .max_length = 30},
     FieldKind::kByRule, true},
    choice("maildisplay", 2),
    choice("mailformat", 1),
});

std::string_view first_text(const std::vector<FieldValue>& values) {
  return values.empty() ? std::string_view{} : std::string_view(values.front().text);
}

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    if (c == '&') {
      html += "&amp;";
    } else if (c == '<') {
      html += "&lt;";
    } else if (c == '>') {
      html += "&gt;";
    } else if (c == '\n') {
      html += "<br />\n";
    } else {
      html += c;
    }
  }
  return html;
}

/// Moodle reads a user's description as HTML.
std::string description(const std::vector<FieldValue>& values) {
  if (values.empty()) return {};
  const FieldValue& value = values.front();
  const bool is_html = value.type == ValueType::kLongText && value.format != "plain_text";
  const std::string text = base::clean_utf8(value.text);
  return is_html ? text : escaped(text);
}

/// A comma list. Moodle skips an empty list of interests instead of clearing them, but a lone comma
/// clears them (Moodle 5.1, update_users).
Result<std::string> interests(const ParamRule& rule, const std::vector<FieldValue>& values) {
  std::string list;
  for (const FieldValue& value : values) {
    std::string word(base::trim(value.text));
    std::ranges::replace(word, ',', ' ');
    if (!word.empty()) list.append(list.empty() ? "" : ", ").append(word);
  }
  if (list.empty()) return std::string(",");
  ParamRule text = rule;
  text.type = ParamType::kText;
  return base::to_param(text, list);
}

Result<std::string> timezone(std::string_view text) {
  auto zone = to_timezone(text);
  if (zone && zone->empty()) return std::string("99");  // The server's own.
  return zone;
}

Result<std::string> by_rule(const UserField& field, std::string_view text) {
  const std::string_view word = base::trim(text);
  if (field.keeps_when_empty && word.empty()) return std::string();
  auto param = base::to_param(field.rule, word);
  if (!param && field.rule.required && param.error().code == "missing_value") {
    return Error{ErrorKind::kRejected, "missing_name",
                 std::string(field.rule.field) + " is empty; Moodle needs a name there"};
  }
  return param;
}

}  // namespace

std::span<const UserField> user_fields() { return kFields; }

const UserField* find_user_field(std::string_view name) {
  const auto* const found = std::ranges::find_if(
      kFields, [name](const UserField& field) { return field.rule.field == name; });
  return found == kFields.end() ? nullptr : found;
}

Result<std::string> to_user_value(const UserField& field, const std::vector<FieldValue>& values,
                                  UsernameRule usernames) {
  const std::string_view text = first_text(values);
  switch (field.kind) {
    case FieldKind::kUsername:
      return to_username(text, usernames);
    case FieldKind::kEmail:
      return to_email(text);
    case FieldKind::kCountry:
      return to_country(text);
    case FieldKind::kTimezone:
      return timezone(text);
    case FieldKind::kLanguage:
      return to_language(text);
    case FieldKind::kInterests:
      return interests(field.rule, values);
    case FieldKind::kDescription:
      return description(values);
    case FieldKind::kByRule:
      break;
  }
  return by_rule(field, text);
}

}  // namespace moodlesync::users

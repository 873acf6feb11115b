#include "components/course/course_values.h"

#include <algorithm>
#include <optional>

#include "base/source_settings.h"
#include "base/text.h"

namespace moodlesync::course {

namespace {

using base::ParamRule;
using base::ParamType;
using Encoding = CourseField::Encoding;
/// A value, or nothing: Moodle's is left alone.
using Encoded = Result<std::optional<std::string>>;

constexpr std::string_view kCustom = "customfields[";

Encoded param(const ParamRule& rule, std::string_view text) {
  auto value = base::to_param(rule, text);
  if (!value) return std::move(value).error();
  return std::optional(std::move(*value));
}

/// Drupal writes pt-br where Moodle's language pack is pt_br.
std::string language_pack(std::string_view code) {
  std::string pack = base::ascii_lower(base::trim(code));
  std::ranges::replace(pack, '-', '_');
  return pack;
}

/// "Separate groups" → "1".
std::string group_mode(std::string_view text) {
  std::string word = base::ascii_lower(base::trim(text));
  if (word.ends_with(" groups")) word.resize(word.size() - 7);
  if (word == "none" || word == "no") return "0";
  if (word == "separate") return "1";
  if (word == "visible") return "2";
  return word;
}

Encoded encode(const CourseField& field, std::string_view text) {
  const bool empty = base::trim(text).empty();
  ParamRule rule{.field = field.setting, .max_length = field.max_length};
  switch (field.encoding) {
    case Encoding::kText:
      rule.type = ParamType::kText;
      rule.required = true;
      return param(rule, text);
    case Encoding::kSummary:
      return param(rule, text);
    case Encoding::kTheme:
      rule.type = ParamType::kPlugin;
      return param(rule, text);
    case Encoding::kDate:
      rule.type = ParamType::kInt;
      return param(rule, empty ? "0" : text);
    default:
      break;
  }
  if (empty) return std::optional<std::string>();
  switch (field.encoding) {
    case Encoding::kName:
      rule.type = ParamType::kPlugin;
      return param(rule, text);
    case Encoding::kLanguage:
      rule.type = ParamType::kSafeDir;
      return param(rule, language_pack(text));
    case Encoding::kFlag:
      rule.type = ParamType::kBool;
      return param(rule, text);
    case Encoding::kGroupMode:
      rule.type = ParamType::kInt;
      rule.min = 0;
      rule.max = 2;
      return param(rule, group_mode(text));
    default:
      rule.type = ParamType::kInt;
      rule.min = 0;
      rule.max = 32767;  // the column is a smallint
      return param(rule, text);
  }
}

/// 1 HTML, 2 plain text: text without markup is shown as it is written.
std::string summary_format(const FieldValue* value) {
  const bool html =
      value == nullptr || (value->type == ValueType::kLongText && value->format != "plain_text");
  return html ? "1" : "2";
}

Status put_field(const CourseSource& source, const Entity& entity, const CourseField& field,
                 base::Values& values) {
  const auto mapped = source.fields.find(field.setting);
  const bool is_term = entity.ref.type == "taxonomy_term";
  std::string text;
  if (mapped != source.fields.end()) text = entity.text(mapped->second);
  const bool names_itself = is_term && field.setting == "shortname" && base::trim(text).empty();
  if (names_itself) text = "template_" + std::to_string(entity.ref.id);
  if (mapped == source.fields.end() && !names_itself) return ok();
  CourseField limited = field;
  if (field.setting == "fullname") limited.max_length = source.fullname_limit;
  auto value = encode(limited, text);
  if (!value) return std::move(value).error();
  if (auto& encoded = *value) {
    values.insert_or_assign(std::string(field.param), *std::move(encoded));
  }
  if (field.encoding == Encoding::kSummary) {
    values["summaryformat"] = summary_format(entity.first(mapped->second));
  }
  return ok();
}

Status check_dates(base::Values& values) {
  const auto start = values.find("startdate");
  if (start == values.end()) return ok();
  // Unmapped, the end is ours all the same: Moodle takes both dates or none.
  const std::string& end = values.try_emplace("enddate", "0").first->second;
  const std::int64_t from = base::parse_int(start->second).value_or(0);
  const std::int64_t to = base::parse_int(end).value_or(0);
  if (to == 0 || (from != 0 && from <= to)) return ok();
  return Error{ErrorKind::kRejected, "bad_value",
               from == 0 ? "enddate is set without a startdate; Moodle takes it only with one"
                         : "enddate is before startdate"};
}

Error unknown_option(const CustomField& field, std::string_view text) {
  std::string known;
  for (const auto& [label, number] : field.options) {
    known.append(known.empty() ? "'" : ", '").append(label).append("'");
  }
  return {ErrorKind::kRejected, "bad_value",
          "custom field " + field.name + " is '" + std::string(text) +
              "', which customfield_options does not know (known: " + known + ")"};
}

Result<std::string> custom_value(const CustomField& field, const FieldValue* value) {
  if (value == nullptr || value->text.empty()) return std::string();  // empties any of them
  if (!field.options.empty()) {
    const auto option = field.options.find(base::trim(value->text));
    if (option == field.options.end()) return unknown_option(field, value->text);
    return option->second;
  }
  const std::string name = "custom field " + field.name;
  ParamRule rule{.field = name};
  switch (value->type) {
    case ValueType::kBoolean:
      rule.type = ParamType::kBool;
      break;
    case ValueType::kTimestamp:
      rule.type = ParamType::kInt;
      break;
    case ValueType::kNumber:
      rule.type = ParamType::kRawTrimmed;
      break;
    case ValueType::kText:
    case ValueType::kReference:
      rule.type = ParamType::kText;
      break;
    case ValueType::kLongText:
      break;
  }
  return base::to_param(rule, value->text);
}

}  // namespace

Result<base::Values> wanted_values(const CourseSource& source, const Entity& entity) {
  base::Values values;
  constexpr ParamRule kIdnumber{.field = "idnumber", .max_length = 100};
  auto idnumber = base::to_param(kIdnumber, base::idnumber(source.idnumber_prefix, entity.ref));
  if (!idnumber) return std::move(idnumber).error();
  values["idnumber"] = std::move(*idnumber);
  for (const CourseField& field : kCourseFields) {
    auto done = put_field(source, entity, field, values);
    if (!done) return std::move(done).error();
  }
  if (auto good = check_dates(values); !good) return std::move(good).error();
  for (const CustomField& field : source.custom_fields) {
    auto value = custom_value(field, entity.first(field.path));
    if (!value) return std::move(value).error();
    values[std::string(kCustom) + field.name + "]"] = std::move(*value);
  }
  return values;
}

base::Values with_create_defaults(base::Values values) {
  // Moodle 5 would start an undated course today and end it in a year; 4.x knows neither.
  values.try_emplace("startdate", "0");
  values.try_emplace("enddate", "0");
  values.try_emplace("visible", "1");
  return values;
}

base::Values with_companions(base::Values changed, const base::Values& wanted) {
  constexpr std::array<std::array<std::string_view, 2>, 2> kPairs{
      {{"startdate", "enddate"}, {"summary", "summaryformat"}}};
  for (const auto& pair : kPairs) {
    if (std::ranges::none_of(pair, [&](std::string_view name) { return changed.contains(name); })) {
      continue;
    }
    for (const std::string_view name : pair) {
      if (const auto value = wanted.find(name); value != wanted.end()) changed.insert(*value);
    }
  }
  return changed;
}

void add_to_row(Params& row, const base::Values& values) {
  int index = 0;
  for (const auto& [name, value] : values) {
    if (!name.starts_with(kCustom)) {
      row.add(name, value);
      continue;
    }
    const std::string at = std::string(kCustom) + std::to_string(index++) + "]";
    row.add(at + "[shortname]", name.substr(kCustom.size(), name.size() - kCustom.size() - 1));
    row.add(at + "[value]", value);
  }
}

}  // namespace moodlesync::course

// Course and cohort custom fields (Moodle 5.1, customfield/).
#include "support/moodle_sim/functions/custom_fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <regex>

#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

constexpr std::size_t kMaxText = 1333;

bool is_decimal(const std::string& value) {
  static const std::regex kPattern(R"(-?[0-9]+(\.[0-9]+)?)");
  return std::regex_match(value, kPattern);
}

double decimal(const std::string& value) {
  double number = 0;
  std::from_chars(value.data(), value.data() + value.size(), number);
  return number;
}

void check_value(const CustomField& field, const std::string& value) {
  if (value.empty()) return;
  if (field.type == "text") {
    if (has_tags(value) && !has_only_multilang_tags(value)) throw custom_field_invalid();
    check_length(value, kMaxText, "charvalue");
  } else if (field.type == "number") {
    if (!is_decimal(value)) throw custom_field_invalid();
  } else if (field.type != "textarea" && !canonical_number(value)) {
    throw custom_field_invalid();
  }
}

std::string shown_date(Id time) {
  const std::time_t seconds = time;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%d %B %Y", &parts);
  const std::string date(text.data(), length);
  return date.starts_with('0') ? date.substr(1) : date;
}

std::string shown_number(const std::string& value) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.2f", decimal(value));
  return {text.data(), static_cast<std::size_t>(length)};
}

Json shown_option(const CustomField& field, Id number) {
  if (number < 1 || number > static_cast<Id>(field.options.size())) return nullptr;
  return field.options[static_cast<std::size_t>(number - 1)];
}

/// What a reader sees; null when nothing was ever set.
Json shown_value(const CustomField& field, const std::string& value) {
  if (field.type == "checkbox") return loose_number(value) != 0 ? "Yes" : "No";
  if (value.empty()) return nullptr;
  if (field.type == "select") return shown_option(field, loose_number(value));
  if (field.type == "date") {
    return loose_number(value) == 0 ? Json(nullptr) : Json(shown_date(loose_number(value)));
  }
  if (field.type == "number") return shown_number(value);
  return field.type == "textarea" ? clean_html(value) : format_name(value);
}

Json raw_value(const CustomField& field, const std::string& value) {
  if (field.type == "text" || field.type == "textarea") return value;
  if (field.type == "number") return value.empty() ? Json(nullptr) : Json(decimal(value));
  return loose_number(value);
}

}  // namespace

void set_custom_field(const std::vector<CustomField>& fields, const PhpValue& sent,
                      std::map<std::string, std::string>& values) {
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const CustomField& candidate) {
    return candidate.shortname == sent.text("shortname");
  });
  if (field == fields.end()) return;
  check_value(*field, sent.text("value"));
  values[field->shortname] = sent.text("value");
}

Json custom_fields_of(const std::vector<CustomField>& fields,
                      const std::map<std::string, std::string>& values) {
  Json list = Json::array();
  for (const CustomField& field : fields) {
    const auto at = values.find(field.shortname);
    const std::string value = at == values.end() ? field.fallback : at->second;
    list.push_back({{"name", field.shortname},
                    {"shortname", field.shortname},
                    {"type", field.type},
                    {"valueraw", raw_value(field, value)},
                    {"value", shown_value(field, value)}});
  }
  return list;
}

}  // namespace moodlesync::sim

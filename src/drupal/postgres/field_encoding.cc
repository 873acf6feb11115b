#include "drupal/postgres/field_encoding.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "base/text.h"
#include "drupal/postgres/entity_layout.h"

namespace moodlesync::postgres {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kLongText = {"text"sv, "text_long"sv, "text_with_summary"sv};
constexpr std::array kDates = {"datetime"sv, "daterange"sv};
constexpr std::array kTimestamps = {"timestamp"sv, "created"sv, "changed"sv};
constexpr std::array kNumberTypes = {"int2"sv,    "int4"sv,   "int8"sv,
                                     "numeric"sv, "float4"sv, "float8"sv};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

bool can_look_up(const SchemaField& field) {
  return !field.target_type_column.empty() || find_layout(field.target_type) != nullptr;
}

constexpr std::size_t kDayLength = 10;  ///< 2026-10-01

/// `digits` whole digits at `at`, or -1.
int digits_at(std::string_view text, std::size_t at, std::size_t digits) {
  int number = 0;
  for (const char c : text.substr(at, digits)) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace

Encoding encoding_of(const SchemaField& field, std::string_view property, bool named) {
  const auto sql_type = field.sql_types.find(property);
  const bool number =
      sql_type != field.sql_types.end() && is_one_of(sql_type->second, kNumberTypes);
  if (is_one_of(field.type, kLongText) && property != "format") return Encoding::kLongText;
  if (is_one_of(field.type, kDates) && property.ends_with("value")) return Encoding::kDate;
  if (is_one_of(field.type, kTimestamps) && property == "value") return Encoding::kTimestamp;
  if (field.type == "boolean" && property == "value") return Encoding::kBoolean;
  const bool reference = field.type.find("entity_reference") != std::string::npos;
  const bool main = property == field.main_property();
  if (reference && main && !named && number && can_look_up(field)) return Encoding::kReference;
  return number ? Encoding::kNumber : Encoding::kText;
}

std::optional<std::int64_t> parse_drupal_date(std::string_view text) {
  namespace chrono = std::chrono;
  const bool with_time = text.size() == 19;
  if (!with_time && text.size() != kDayLength) return std::nullopt;
  if (text[4] != '-' || text[7] != '-') return std::nullopt;
  if (with_time && (text[10] != 'T' || text[13] != ':' || text[16] != ':')) return std::nullopt;
  const int month = digits_at(text, 5, 2);
  const int day = digits_at(text, 8, 2);
  const int hour = with_time ? digits_at(text, 11, 2) : 0;
  const int minute = with_time ? digits_at(text, 14, 2) : 0;
  const int second = with_time ? digits_at(text, 17, 2) : 0;
  const int year = digits_at(text, 0, 4);
  if (std::min({year, month, day, hour, minute, second}) < 0) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const chrono::year_month_day date{chrono::year(year), chrono::month(static_cast<unsigned>(month)),
                                    chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const chrono::seconds since = chrono::sys_days(date).time_since_epoch() + chrono::hours(hour) +
                                chrono::minutes(minute) + chrono::seconds(second);
  return since.count();
}

FieldValue decode(Encoding encoding, std::string_view text) {
  FieldValue value;
  value.text = text;
  switch (encoding) {
    case Encoding::kText:
      break;
    case Encoding::kLongText:
      value.type = ValueType::kLongText;
      break;
    case Encoding::kBoolean:
      value.type = ValueType::kBoolean;
      value.text = text == "0" || text == "f" || text.empty() ? "0" : "1";
      break;
    case Encoding::kNumber:
      value.type = ValueType::kNumber;
      break;
    case Encoding::kTimestamp:
      value.type = ValueType::kTimestamp;
      break;
    case Encoding::kDate:
      if (const auto seconds = parse_drupal_date(text)) {
        value.type = ValueType::kTimestamp;
        value.text = std::to_string(*seconds);
        value.is_day = text.size() == kDayLength;
      }
      break;
    case Encoding::kReference:
      value.type = ValueType::kReference;
      break;
  }
  return value;
}

}  // namespace moodlesync::postgres

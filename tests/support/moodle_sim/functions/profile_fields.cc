// Custom user profile fields (Moodle 5.1, user/profile/field/): everything is accepted, nothing
// complains.
#include <algorithm>
#include <array>
#include <ctime>

#include "support/moodle_sim/functions/users.h"
#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

std::string cut_to(const std::string& text, std::size_t characters) {
  std::size_t at = 0;
  for (std::size_t count = 0; at < text.size(); ++at) {
    const bool starts = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
    if (starts && ++count > characters) break;
  }
  return text.substr(0, at);
}

/// Seconds of `Y-m-d[-H-i-s]`; 0 for anything else.
Id parsed_date(const std::string& text) {
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%Y-%m-%d", &parts);
  if (end == nullptr) return 0;
  if (*end == '-') strptime(end + 1, "%H-%M-%S", &parts);
  return timegm(&parts);
}

/// The midnight of the server's day that `sent` falls on.
std::string stored_day(const std::string& sent, Id utc_offset) {
  constexpr Id kDay = 86'400;
  if (sent.empty() || sent == "0") return "0";
  const Id local = canonical_number(sent) ? loose_number(sent) + utc_offset : parsed_date(sent);
  const Id into_day = ((local % kDay) + kDay) % kDay;
  return std::to_string(local - into_day - utc_offset);
}

std::string stored_value(const ProfileField& field, const std::string& sent, Id utc_offset) {
  if (field.type == "datetime" && field.day_only) return stored_day(sent, utc_offset);
  if (field.type == "text") return cut_to(sent, field.max_length);
  if (field.type == "menu") {
    const bool known =
        std::find(field.options.begin(), field.options.end(), sent) != field.options.end();
    return known || sent.empty() ? sent : field.fallback;
  }
  if (field.type == "datetime" && sent.empty()) return "0";
  if (field.type == "datetime" && !canonical_number(sent)) {
    return std::to_string(parsed_date(sent));
  }
  return sent;
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

std::string shown_value(const ProfileField& field, const std::string& value) {
  if (field.type == "checkbox") return value.empty() || value == "0" ? "No" : "Yes";
  if (field.type == "datetime") return shown_date(loose_number(value));
  if (field.type == "textarea") {
    return "<div class=\"no-overflow\"><div class=\"text_to_html\">" + clean_html(value) +
           "</div></div>";
  }
  return format_name(value);
}

/// What the user set, or what the field shows for everybody who never did.
std::string effective_value(const ProfileField& field, const User& user) {
  const auto at = user.profile.find(field.shortname);
  if (at != user.profile.end()) return at->second;
  return field.type == "checkbox" && field.fallback.empty() ? "0" : field.fallback;
}

}  // namespace

void set_profile_fields(const Settings& settings, const PhpValue& row, User& user) {
  for (const PhpValue& sent : row.list("customfields")) {
    for (const ProfileField& field : settings.profile_fields) {
      if (field.shortname != sent.text("type")) continue;
      user.profile[field.shortname] = stored_value(field, sent.text("value"), settings.utc_offset);
    }
  }
}

Json profile_fields_of(const Settings& settings, const User& user) {
  Json list = Json::array();
  for (const ProfileField& field : settings.profile_fields) {
    const std::string value = effective_value(field, user);
    if (value.empty() || (field.type == "datetime" && value == "0")) continue;
    list.push_back({{"type", field.type},
                    {"value", value},
                    {"displayvalue", shown_value(field, value)},
                    {"name", field.shortname},
                    {"shortname", field.shortname}});
  }
  return list;
}

}  // namespace moodlesync::sim

#include "components/users/account_read_back.h"

#include <algorithm>
#include <array>

#include "base/json_fields.h"
#include "base/read_back.h"
#include "base/text.h"
#include "components/users/users_values.h"

namespace moodlesync::users {

namespace {

/// Left out when empty (Moodle 5.1, user/lib.php, user_get_user_details). A description is also
/// left out when it may not be seen, a telephone number is shown to site administrators only or
/// where the site counts it among what identifies its users, and interests come in another order:
/// these are not compared when they are missing.
constexpr auto kLeftOutWhenEmpty = std::to_array<std::string_view>(
    {"address", "department", "institution", "city", "country", "idnumber"});
constexpr std::string_view kCustom = "customfields.";

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;
/// By how much the world's time zones are ahead of Greenwich, at most, and behind it.
constexpr std::int64_t kFarthestEast = 14 * kHour;
constexpr std::int64_t kFarthestWest = 12 * kHour;

/// Whether Moodle's `held` is what a profile field of the type datetime made of `sent`: it keeps
/// seconds, and of a field without a time the midnight of the day, both in the time zone of the
/// token's account, which it does not tell (user/profile/field/datetime/field.class.php,
/// edit_save_data_preprocess).
bool is_same_moment(const std::string& sent, std::int64_t held, bool has_time) {
  const auto moment = base::parse_int(sent);
  if (!moment) {
    // The one or two days whose midnight in Greenwich lies within the world's time zones.
    return sent == utc_day(held + kFarthestEast) ||
           sent == utc_day(held - kFarthestWest + kDay - 1);
  }
  if (has_time) return *moment == held;
  return *moment >= held && *moment < held + kDay + kHour;  // A day of 25 hours ends a summer.
}

/// What Moodle shows of a profile field, as we would have sent it.
Json held_value(const Json& field, const std::string& wanted) {
  const auto value = base::text_field(field, "value");
  if (!value || base::text_field(field, "type") != "datetime") return field.value("value", Json());
  const auto held = base::parse_int(*value);
  const bool has_time =
      base::text_field(field, "displayvalue").value_or("").find(':') != std::string::npos;
  return held && is_same_moment(wanted, *held, has_time) ? wanted : *value;
}

/// Moodle leaves out the fields that are empty.
void add_custom_fields(const base::Values& wanted, bool is_shown_whole, Json& account) {
  const Json custom = base::list_field(account, "customfields");
  for (const auto& [name, value] : wanted) {
    if (!name.starts_with(kCustom)) continue;
    const auto field =
        std::ranges::find_if(custom, [short_name = name.substr(kCustom.size())](const Json& one) {
          return base::text_field(one, "shortname") == short_name;
        });
    if (field != custom.end()) {
      account[name] = held_value(*field, value);
    } else if (is_shown_whole) {
      account[name] = "";
    }
  }
}

}  // namespace

bool is_living_account(const Json& account) {
  if (!account.is_object()) return false;
  const auto email = base::text_field(account, "email");
  constexpr std::size_t kHash = 32;
  const bool is_hash = email && email->size() == kHash &&
                       email->find_first_not_of("0123456789abcdef") == std::string::npos;
  return !is_hash;
}

void take_over_account(Link& link, const base::Values& wanted, Json account) {
  const bool is_shown_whole = account.contains("username");
  for (const std::string_view field : kLeftOutWhenEmpty) {
    if (is_shown_whole && !account.contains(field)) account[std::string(field)] = "";
  }
  add_custom_fields(wanted, is_shown_whole, account);
  account.erase("interests");
  base::take_over(link, wanted, account);
}

}  // namespace moodlesync::users

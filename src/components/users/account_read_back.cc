#include "components/users/account_read_back.h"

#include <algorithm>
#include <array>

#include "base/json_fields.h"
#include "base/read_back.h"

namespace moodlesync::users {

namespace {

/// Left out when empty (Moodle 5.1, user/lib.php, user_get_user_details). A description is also
/// left out when it may not be seen, and interests come in another order: these are not compared.
constexpr auto kLeftOutWhenEmpty = std::to_array<std::string_view>(
    {"address", "phone1", "phone2", "department", "institution", "city", "country", "idnumber"});

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
  const Json custom = base::list_field(account, "customfields");
  for (const auto& [name, value] : wanted) {
    constexpr std::string_view kCustom = "customfields.";
    if (!name.starts_with(kCustom)) continue;
    const auto field =
        std::ranges::find_if(custom, [short_name = name.substr(kCustom.size())](const Json& one) {
          return base::text_field(one, "shortname") == short_name;
        });
    if (field != custom.end() && field->contains("value")) account[name] = field->at("value");
  }
  account.erase("interests");
  base::take_over(link, wanted, account);
}

}  // namespace moodlesync::users

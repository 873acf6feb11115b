#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "components/users/account_names.h"
#include "components/users/password.h"
#include "components/users/user_fields.h"
#include "moodlesync/component.h"
#include "moodlesync/settings.h"

namespace moodlesync::users {

/// A Moodle field and where its value comes from.
struct MappedField {
  const UserField* field = nullptr;
  std::string path;
};

/// The site's user accounts that become Moodle's.
struct UserSource {
  enum class Deletion { kNothing, kSuspend, kDelete };

  SourceSpec spec;
  std::vector<MappedField> fields;
  std::map<std::string, std::string> customfields;  ///< Short name → path.
  std::map<std::string, std::string> preferences;   ///< Name of the preference → path.
  std::string idnumber_prefix;
  std::string auth;
  PasswordPolicy password = PasswordPolicy::kNone;
  UsernameRule usernames = UsernameRule::kPlain;
  std::set<std::string, std::less<>> exclude_roles;
  bool suspend_blocked = true;
  Deletion deletion = Deletion::kNothing;
  bool adopt_by_username = false;
  bool adopt_by_email = false;
};

/// Where a user's roles are read.
inline constexpr std::string_view kRolesPath = "roles";

/// Reads `components.users`; faults are reported through `settings`.
[[nodiscard]] std::vector<UserSource> read_sources(Section& settings);

}  // namespace moodlesync::users

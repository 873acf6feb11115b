#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/param_types.h"
#include "components/users/account_names.h"
#include "moodlesync/entity.h"
#include "moodlesync/result.h"

namespace moodlesync::users {

/// How the values of a field become what Moodle takes.
enum class FieldKind {
  kByRule,  ///< By the parameter type alone.
  kUsername,
  kEmail,
  kCountry,
  kTimezone,
  kLanguage,
  kInterests,    ///< All values, as a comma list.
  kDescription,  ///< HTML; plain text is escaped.
};

/// A field of core_user_create_users and core_user_update_users that may be mapped.
struct UserField {
  base::ParamRule rule;
  FieldKind kind = FieldKind::kByRule;
  /// An empty value is not sent, so that Moodle keeps its own: Moodle would store "" where that
  /// makes no sense, or refuse it.
  bool keeps_when_empty = false;
};

/// Every field that may be mapped. Source: Moodle 5.1, user/externallib.php, lib/db/install.xml.
[[nodiscard]] std::span<const UserField> user_fields();
[[nodiscard]] const UserField* find_user_field(std::string_view name);

/// What Moodle is to hold for `values`. May be "".
///
/// Errors: kRejected with the code of the field's rule (missing_name, missing_email, bad_country,
/// too_long, …); the message never holds the value.
[[nodiscard]] Result<std::string> to_user_value(const UserField& field,
                                                const std::vector<FieldValue>& values,
                                                UsernameRule usernames);

}  // namespace moodlesync::users

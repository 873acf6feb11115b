#pragma once

#include "support/moodle_sim/function.h"

namespace moodlesync::sim {

Json create_users(Context& context, const PhpValue& params);
Json update_users(Context& context, const PhpValue& params);
Json delete_users(Context& context, const PhpValue& params);
Json get_users_by_field(Context& context, const PhpValue& params);
Json get_users(Context& context, const PhpValue& params);

/// The plain text columns of a user, with the characters that PostgreSQL keeps of each.
struct TextColumn {
  const char* name;
  std::size_t limit;
};
[[nodiscard]] const std::vector<TextColumn>& text_columns();

/// Copies the fields that create and update share from the row into the user. A country that is no
/// ISO code becomes the site's default, "0" when there is none.
void take_user_fields(const Context& context, const PhpValue& row, User& user);

/// Throws `dmlwriteexception` for a value that its column cannot hold.
void check_user_columns(const User& user);

/// Sets custom profile fields; nothing is refused, unknown names are ignored.
void set_profile_fields(const Settings& settings, const PhpValue& row, User& user);

/// `[{type, value, displayvalue, name, shortname}]` of the fields that have something to show.
[[nodiscard]] Json profile_fields_of(const Settings& settings, const User& user);

/// Throws with the HTML list of complaints as errorcode when the policy refuses the password.
void check_password(const Settings& settings, const std::string& password);

/// Throws unless the password's length can be hashed (after the row has been written).
void check_password_length(const std::string& password);

/// One user as the look-ups answer it. Throws `invalidresponse` for a user whose stored values do
/// not fit the answer's types: such a user spoils the whole answer.
[[nodiscard]] Json user_row(const Context& context, const User& user);

}  // namespace moodlesync::sim

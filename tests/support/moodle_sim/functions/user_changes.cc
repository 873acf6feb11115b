// core_user_create_users (all or nothing), core_user_update_users (each row its own transaction)
// and core_user_delete_users (all or nothing). Moodle 5.1, user/externallib.php, lib/moodlelib.php.
#include <utility>

#include "support/moodle_sim/functions/users.h"
#include "support/moodle_sim/md5.h"
#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

bool is_internal(const Settings& settings, const std::string& auth) {
  return settings.internal_auth_plugins.contains(auth);
}

/// Whether somebody else has the address, in any case.
bool email_is_taken(const Site& site, const std::string& email, Id own) {
  for (const Id id : site.users.with(Site::kUserEmailAnyCase, to_lower(email))) {
    if (id != own) return true;
  }
  return false;
}

void check_username_index(const Site& site, const std::string& username, Id own) {
  const User* holder = site.user_with_username(username);
  if (holder != nullptr && holder->id != own) throw write_failed("username is not unique");
}

void check_new_user(const Context& context, const PhpValue& row) {
  const Settings& settings = context.settings;
  for (const char* field : {"username", "firstname", "lastname"}) {
    if (trim(row.text(field)).empty()) {
      throw invalid_parameter(std::string("The field ") + field + " cannot be blank");
    }
  }
  if (context.site.user_with_username(row.text("username")) != nullptr) {
    throw invalid_parameter("Username already exists: " + row.text("username"));
  }
  const std::string& auth = row.text("auth");
  if (auth.empty() || auth == "webservice" || auth == "mnet") {
    throw invalid_parameter("Invalid authentication type: " + auth);
  }
  if (row.has("lang") && row.text("lang").empty()) throw invalid_parameter("Invalid language code");
  const std::string& email = row.text("email");
  if (!is_valid_email(email)) throw invalid_parameter("Email address is invalid: " + email);
  if (!settings.same_email_allowed && email_is_taken(context.site, email, 0)) {
    throw invalid_parameter("Email address already exists: " + email);
  }
  const std::string& password = row.text("password");
  const bool missing = password.empty() || password == "0";
  if (is_internal(settings, auth) && missing && !row.flag("createpassword")) {
    throw invalid_parameter(
        "Invalid password: you must provide a password, or set createpassword.");
  }
}

Json create_one(const Context& context, const PhpValue& row, std::vector<Mail>& mails) {
  check_new_user(context, row);
  User user;
  take_user_fields(context, row, user);
  const bool generates = row.flag("createpassword");
  const bool uses_password = !generates && is_internal(context.settings, user.auth);
  if (uses_password) check_password(context.settings, row.text("password"));
  check_user_columns(user);
  user.password =
      uses_password && user.auth != "nologin" ? "hash of " + row.text("password") : "not cached";
  user.must_change_password = user.must_change_password || generates;
  user.timecreated = user.timemodified;
  set_profile_fields(context.settings, row, user);
  const std::string username = user.username;
  const Id id = context.site.users.insert(std::move(user));
  if (uses_password) check_password_length(row.text("password"));
  if (generates) mails.push_back({id, 0, "new password"});
  return {{"id", id}, {"username", username}};
}

const User& updatable(const Context& context, Id id) {
  const User* user = id > 0 ? context.site.users.find(id) : nullptr;
  if (user == nullptr) throw moodle_exception("invaliduserid", "Invalid user ID");
  if (user->deleted != 0) throw untranslated_exception("error", "usernotupdateddeleted");
  constexpr Id kGuest = 1;
  constexpr Id kAdmin = 2;
  if (id == kAdmin && !context.settings.account_is_admin) {
    throw moodle_exception("usernotupdatedadmin", "Cannot update admin accounts");
  }
  if (id == kGuest) throw untranslated_exception("error", "usernotupdatedguest");
  return *user;
}

void check_changed_email(const Context& context, const PhpValue& row, const User& old) {
  const std::string& email = row.text("email");
  if (!row.has("email") || email == old.email) return;
  if (!is_valid_email(email)) throw untranslated_exception("error", "useremailinvalid");
  if (!context.settings.same_email_allowed && email_is_taken(context.site, email, old.id)) {
    throw moodle_exception("useremailduplicate", "Duplicate address");
  }
}

void update_one(const Context& context, const PhpValue& row) {
  Site::Transaction transaction(context.site);
  context.enter();
  const User& old = updatable(context, row.number("id"));
  check_changed_email(context, row, old);
  User user = old;
  take_user_fields(context, row, user);
  // A plugin that cannot change passwords ignores one silently.
  if (row.has("password") && is_internal(context.settings, user.auth) && user.auth != "nologin") {
    check_password(context.settings, row.text("password"));
    check_password_length(row.text("password"));
    user.password = "hash of " + row.text("password");
  }
  check_user_columns(user);
  check_username_index(context.site, user.username, user.id);
  set_profile_fields(context.settings, row, user);
  context.site.users.update(std::move(user));
  transaction.commit();
}

void delete_one(const Context& context, Id id) {
  constexpr Id kGuest = 1;
  constexpr Id kAdmin = 2;
  const User* found = context.site.users.find(id);
  if (found == nullptr || found->deleted != 0) throw user_missing();
  if (id == kAdmin) {
    throw moodle_exception("useradminodelete", "Administrator accounts cannot be deleted.");
  }
  if (id == context.settings.account) {
    throw moodle_exception("usernotdeletederror", "User not deleted - error");
  }
  if (id == kGuest) return;  // Moodle answers null and does nothing.
  User user = *found;
  user.deleted = 1;
  std::string name = to_lower(user.email) + "." + std::to_string(context.now());
  while (context.site.user_with_username(name) != nullptr) name += "0";
  user.email = md5(user.username);
  user.username = std::move(name);
  user.idnumber.clear();
  user.profile.clear();
  context.site.users.update(std::move(user));
  context.site.remove_user_traces(id);
}

}  // namespace

Json create_users(Context& context, const PhpValue& params) {
  context.enter();
  context.require("moodle/user:create");
  Site::Transaction transaction(context.site);
  std::vector<Mail> mails;
  Json created = Json::array();
  for (const PhpValue& row : params.list("users")) {
    created.push_back(create_one(context, row, mails));
  }
  transaction.commit();
  // After the commit, in the request; failures are not reported.
  for (Mail& mail : mails) context.site.mails.push_back(std::move(mail));
  return created;
}

Json update_users(Context& context, const PhpValue& params) {
  Json warnings = Json::array();
  bool has_html_code = false;
  for (const PhpValue& row : params.list("users")) {
    try {
      update_one(context, row);
    } catch (const MoodleError& error) {
      warnings.push_back(warning_of("user", row.number("id"), error, context.settings.debug));
      const bool is_code = error.code.find_first_of("< '") == std::string::npos;
      has_html_code = has_html_code || !is_code;
    }
  }
  // The complaints about a password are no code, so the answer fails its own check; the work stays.
  if (has_html_code) throw invalid_response();
  return {{"warnings", warnings}};
}

Json delete_users(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  for (const PhpValue& id : params.list("userids")) delete_one(context, id.as_number());
  transaction.commit();
  return nullptr;
}

}  // namespace moodlesync::sim

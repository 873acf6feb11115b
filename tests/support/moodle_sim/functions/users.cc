// The declarations of the user functions and the rules that create and update share (Moodle 5.1,
// user/externallib.php, user/lib.php).
#include "support/moodle_sim/functions/users.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "support/moodle_sim/functions/countries.h"
#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

Params shared_fields() {
  Params fields;
  for (const char* name : {"city", "interests", "institution", "department", "address"}) {
    fields.push_back(optional(name, Type::kText));
  }
  for (const char* name : {"firstnamephonetic", "lastnamephonetic", "middlename", "alternatename",
                           "phone1", "phone2"}) {
    fields.push_back(optional(name, Type::kNoTags));
  }
  fields.push_back(optional("password", Type::kRaw));
  fields.push_back(optional("maildisplay", Type::kInt));
  fields.push_back(optional("mailformat", Type::kInt));
  fields.push_back(optional("country", Type::kAlpha));
  fields.push_back(optional("timezone", Type::kTimezone));
  fields.push_back(optional("description", Type::kRaw));
  fields.push_back(optional("calendartype", Type::kPlugin));
  fields.push_back(optional("theme", Type::kTheme));
  fields.push_back(rows("customfields",
                        {required("type", Type::kAlphaNumExt), required("value", Type::kRaw)},
                        Param::Need::kOptional));
  fields.push_back(rows("preferences",
                        {required("type", Type::kRaw), required("value", Type::kRaw)},
                        Param::Need::kOptional));
  return fields;
}

Params with_shared_fields(Params first) {
  for (Param& field : shared_fields()) first.push_back(std::move(field));
  return first;
}

/// Only registered preferences that the caller may edit are kept; others vanish silently.
void take_preferences(const PhpValue& row, User& user) {
  for (const PhpValue& preference : row.list("preferences")) {
    const std::string& name = preference.text("type");
    if (name == "auth_forcepasswordchange") user.must_change_password = preference.flag("value");
    if (name == "auth_forcepasswordchange" || name == "htmleditor") {
      user.preferences[name] = preference.text("value");
    }
  }
}

std::string stored_country(const Settings& settings, const std::string& sent) {
  if (sent.empty() || is_country_code(sent)) return sent;
  return settings.default_country.empty() ? "0" : settings.default_country;
}

}  // namespace

const std::vector<TextColumn>& text_columns() {
  static const std::vector<TextColumn> kColumns = {{"city", 120},
                                                   {"institution", 255},
                                                   {"department", 255},
                                                   {"address", 255},
                                                   {"firstnamephonetic", 255},
                                                   {"lastnamephonetic", 255},
                                                   {"middlename", 255},
                                                   {"alternatename", 255},
                                                   {"phone1", 20},
                                                   {"phone2", 20},
                                                   {"calendartype", 30},
                                                   {"theme", 50},
                                                   {"description", ~std::size_t{0}},
                                                   {"interests", ~std::size_t{0}}};
  return kColumns;
}

void take_user_fields(const Context& context, const PhpValue& row, User& user) {
  for (const TextColumn& column : text_columns()) {
    if (row.has(column.name)) user.texts[column.name] = row.text(column.name);
  }
  if (row.has("username")) user.username = row.text("username");
  if (row.has("firstname")) user.firstname = row.text("firstname");
  if (row.has("lastname")) user.lastname = row.text("lastname");
  if (row.has("email")) user.email = row.text("email");
  if (row.has("idnumber")) user.idnumber = row.text("idnumber");
  if (row.has("auth")) user.auth = row.text("auth");
  if (row.has("lang")) user.lang = row.text("lang");
  if (row.has("timezone")) user.timezone = row.text("timezone");
  if (row.has("country")) {
    user.texts["country"] = stored_country(context.settings, row.text("country"));
  }
  user.mailformat = row.number("mailformat", user.mailformat);
  user.maildisplay = row.number("maildisplay", user.maildisplay);
  user.suspended = row.number("suspended", user.suspended);
  take_preferences(row, user);
  user.timemodified = context.now();
}

void check_user_columns(const User& user) {
  check_length(user.username, 100, "username");
  check_length(user.firstname, 100, "firstname");
  check_length(user.lastname, 100, "lastname");
  check_length(user.email, 100, "email");
  check_length(user.idnumber, 255, "idnumber");
  check_length(user.timezone, 100, "timezone");
  for (const TextColumn& column : text_columns()) {
    const auto text = user.texts.find(column.name);
    if (text != user.texts.end()) check_length(text->second, column.limit, column.name);
  }
}

void check_password(const Settings& settings, const std::string& password) {
  if (!settings.password_policy) return;
  const auto has = [&](auto predicate) {
    return std::any_of(password.begin(), password.end(), predicate);
  };
  std::string complaints;
  const auto demand = [&](bool met, const char* complaint) {
    if (!met) complaints += std::string("<div>") + complaint + "</div>";
  };
  demand(character_count(password) >= 8, "Passwords must be at least 8 characters long.");
  demand(has([](char c) { return c >= '0' && c <= '9'; }),
         "Passwords must have at least 1 digit(s).");
  demand(has([](char c) { return c >= 'a' && c <= 'z'; }),
         "Passwords must have at least 1 lower case letter(s).");
  demand(has([](char c) { return c >= 'A' && c <= 'Z'; }),
         "Passwords must have at least 1 upper case letter(s).");
  demand(has([](char c) {
           return c < '0' || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') || c > 'z';
         }),
         "The password must have at least 1 special character(s) such as *, -, or #.");
  if (!complaints.empty()) throw untranslated_exception("error", complaints);
}

void check_password_length(const std::string& password) {
  constexpr std::size_t kMaxPassword = 128;
  if (character_count(password) <= kMaxPassword) return;
  throw untranslated_exception("error", "The password can't be more than 128 characters.");
}

std::vector<Function> user_functions() {
  return {
      {"core_user_create_users",
       {rows("users",
             with_shared_fields(
                 {required("username", Type::kUsername), required("firstname", Type::kNoTags),
                  required("lastname", Type::kNoTags), required("email", Type::kRawTrimmed),
                  with_default("auth", Type::kAuth, "manual"),
                  with_default("idnumber", Type::kRaw, ""), optional("lang", Type::kLang),
                  optional("createpassword", Type::kBool)}))},
       create_users},
      {"core_user_delete_users",
       {values("userids", Type::kInt)},
       delete_users,
       "moodle/user:delete"},
      {"core_user_get_users",
       {rows("criteria", {required("key", Type::kAlpha), required("value", Type::kRaw)})},
       get_users},
      {"core_user_get_users_by_field",
       {required("field", Type::kAlpha), values("values", Type::kRaw)},
       get_users_by_field},
      {"core_user_update_users",
       {rows("users",
             with_shared_fields(
                 {required("id", Type::kInt), optional("username", Type::kUsername),
                  optional("firstname", Type::kNoTags), optional("lastname", Type::kNoTags),
                  optional("email", Type::kRawTrimmed), optional("auth", Type::kAuth),
                  optional("idnumber", Type::kRaw), optional("lang", Type::kLang),
                  optional("suspended", Type::kBool), optional("userpicture", Type::kInt)}))},
       update_users,
       "moodle/user:update"},
  };
}

}  // namespace moodlesync::sim

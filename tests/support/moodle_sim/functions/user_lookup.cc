// core_user_get_users_by_field and core_user_get_users (Moodle 5.1, user/externallib.php,
// user/lib.php: user_get_user_details).
#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>

#include "support/moodle_sim/functions/users.h"
#include "support/moodle_sim/text_filter.h"

namespace moodlesync::sim {

namespace {

/// Fields that Moodle leaves out when they are empty, in the order of its answer.
void add_filled(const User& user, std::initializer_list<const char*> columns, Json& row) {
  for (const char* column : columns) {
    const std::string text = user.text(column);
    if (!text.empty()) row[column] = text;
  }
}

void check_presentable(const Context& context, const User& user) {
  const Settings& settings = context.settings;
  const bool fits = (user.deleted != 0 || accepts(Type::kUsername, user.username, settings)) &&
                    accepts(Type::kAuth, user.auth, settings) &&
                    accepts(Type::kTimezone, user.timezone, settings);
  if (!fits) throw invalid_response();
}

/// Whether the account may see the field it searches by; users are left out silently otherwise.
bool sees_field(const Context& context, const std::string& field) {
  if (!context.can("moodle/user:viewdetails")) return false;
  if (field == "username" || field == "idnumber") return context.can("moodle/user:viewalldetails");
  if (field == "email") return context.can("moodle/site:viewuseridentity");
  return true;
}

/// Profiles are for people with a role somewhere (Moodle's setting profilesforenrolledusersonly).
bool may_see_description(const Context& context, const User& user) {
  const std::string key = std::to_string(user.id);
  return context.settings.account_is_admin || user.id == context.settings.account ||
         !context.site.role_assignments.with(Site::kUser, key).empty();
}

/// "1.0" equals 1 for PHP; "abc" does not equal 0.
std::optional<Id> loosely_equal_id(const std::string& text) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || at != end || number != static_cast<double>(static_cast<Id>(number))) {
    return std::nullopt;
  }
  return static_cast<Id>(number);
}

void find_by_id(const Context& context, const std::string& value, std::set<Id>& found) {
  const std::optional<Id> id = loosely_equal_id(value);
  if (!id) throw invalid_parameter("The cleaned value differs");
  if (context.site.users.contains(*id)) found.insert(*id);
}

void find_by_key(const Context& context, const std::string& field, const std::string& value,
                 std::set<Id>& found) {
  static const std::map<std::string, std::pair<Site::UserIndex, Type>> kIndexes = {
      {"idnumber", {Site::kUserIdnumber, Type::kRaw}},
      {"username", {Site::kUsername, Type::kUsername}},
      {"email", {Site::kUserEmail, Type::kRawTrimmed}}};
  const auto& [index, type] = kIndexes.at(field);
  if (!accepts(type, value, context.settings)) throw invalid_parameter("The cleaned value differs");
  for (const Id id : context.site.users.with(index, value)) {
    if (context.site.users.find(id)->deleted == 0) found.insert(id);
  }
}

/// SQL's LIKE without case: % and _ are wildcards, a backslash takes their meaning away.
bool like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() == '%') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
      if (like(text.substr(skip), pattern.substr(1))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  const bool any = pattern.front() == '_';
  if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
  return (any || text.front() == pattern.front()) && like(text.substr(1), pattern.substr(1));
}

using Match = std::function<bool(const User&)>;

Match match_of(const std::string& key, const std::string& value) {
  if (key == "id") return [id = loose_number(value)](const User& user) { return user.id == id; };
  if (key == "idnumber") return [value](const User& user) { return user.idnumber == value; };
  if (key == "auth") return [value](const User& user) { return user.auth == value; };
  if (key == "username") {
    return [name = to_lower(trim(value))](const User& user) { return user.username == name; };
  }
  return [key, pattern = to_lower(trim(value))](const User& user) {
    const std::string& text = key == "email"       ? user.email
                              : key == "firstname" ? user.firstname
                                                   : user.lastname;
    return like(to_lower(text), pattern);
  };
}

struct Query {
  std::map<std::string, std::string> criteria;
  std::vector<Match> matches;
  Json warnings = Json::array();
};

Query read_query(const PhpValue& params) {
  static const std::set<std::string> kKnown = {"id",   "idnumber",  "username", "email",
                                               "auth", "firstname", "lastname"};
  Query query;
  for (const PhpValue& row : params.list("criteria")) {
    const std::string& key = row.text("key");
    if (!query.criteria.emplace(key, row.text("value")).second) {
      throw untranslated_exception("error", "keyalreadyset");
    }
    if (kKnown.contains(key)) {
      query.matches.push_back(match_of(key, row.text("value")));
      continue;
    }
    query.warnings.push_back({{"item", key},
                              {"warningcode", "invalidfieldparameter"},
                              {"message", "The search key '" + key +
                                              "' is not supported, look at the web service "
                                              "documentation"}});
  }
  return query;
}

}  // namespace

Json user_row(const Context& context, const User& user) {
  check_presentable(context, user);
  const bool all_details = context.can("moodle/user:viewalldetails");
  Json row = {{"id", user.id}};
  if (all_details) row["username"] = user.username;
  row["firstname"] = user.firstname;
  row["lastname"] = user.lastname;
  row["fullname"] = user.firstname + " " + user.lastname;
  if (context.can("moodle/site:viewuseridentity")) row["email"] = user.email;
  add_filled(user, {"address"}, row);
  if (context.settings.account_is_admin) add_filled(user, {"phone1", "phone2"}, row);
  row["department"] = user.text("department");
  add_filled(user, {"institution"}, row);
  if (all_details && !user.idnumber.empty() && user.idnumber != "0") {
    row["idnumber"] = user.idnumber;
  }
  add_filled(user, {"interests"}, row);
  row["firstaccess"] = 0;
  row["lastaccess"] = 0;
  if (all_details) row["auth"] = user.auth;
  row["suspended"] = user.suspended != 0;
  row["confirmed"] = user.confirmed != 0;
  row["lang"] = context.settings.languages.contains(user.lang) ? user.lang : "";
  row["theme"] =
      context.settings.themes.contains(user.text("theme")) ? user.text("theme") : std::string();
  row["timezone"] = user.timezone;
  row["mailformat"] = user.mailformat;
  row["trackforums"] = 0;
  const std::string description = user.text("description");
  if (!description.empty() && may_see_description(context, user)) {
    row["description"] = context.shown_html(description);
    row["descriptionformat"] = 1;
  }
  add_filled(user, {"city", "country"}, row);
  const std::string picture = context.settings.site_url + "/theme/image.php/boost/core/1/u/";
  row["profileimageurlsmall"] = picture + "f2";
  row["profileimageurl"] = picture + "f1";
  const Json fields = profile_fields_of(context.settings, user);
  if (!fields.empty()) row["customfields"] = fields;
  return row;
}

Json get_users_by_field(Context& context, const PhpValue& params) {
  const std::string& field = params.text("field");
  if (field != "id" && field != "idnumber" && field != "username" && field != "email") {
    throw coding_error("invalid field parameter");
  }
  std::set<Id> found;
  for (const PhpValue& value : params.list("values")) {
    if (field == "id") {
      find_by_id(context, value.as_text(), found);
    } else {
      find_by_key(context, field, value.as_text(), found);
    }
  }
  context.enter();
  Json list = Json::array();
  if (!sees_field(context, field)) return list;
  for (const Id id : found) {
    const User& user = *context.site.users.find(id);
    if (field == "idnumber" && user.idnumber == "0") continue;  // Empty to PHP, so never shown.
    list.push_back(user_row(context, user));
  }
  return list;
}

Json get_users(Context& context, const PhpValue& params) {
  const Query query = read_query(params);
  Json list = Json::array();
  for (const auto& [id, user] : context.site.users.all()) {
    if (user.deleted != 0) continue;
    const bool fits = std::all_of(query.matches.begin(), query.matches.end(),
                                  [&user = user](const Match& match) { return match(user); });
    const bool visible =
        std::all_of(query.criteria.begin(), query.criteria.end(), [&](const auto& criterion) {
          return sees_field(context, criterion.first) && criterion.second != "0";
        });
    if (fits && visible) list.push_back(user_row(context, user));
  }
  return {{"users", list}, {"warnings", query.warnings}};
}

}  // namespace moodlesync::sim

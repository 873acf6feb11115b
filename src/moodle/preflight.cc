#include "moodle/preflight.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "moodle/form.h"

namespace moodlesync::moodle {

namespace {

constexpr Function kSiteInfo{.name = "core_webservice_get_site_info",
                             .effect = Function::Effect::kRead,
                             .shape = Function::Shape::kSingle,
                             .answer = Function::Answer::kWhole};
constexpr Function kOwnUser{.name = "core_user_get_users_by_field",
                            .effect = Function::Effect::kRead,
                            .shape = Function::Shape::kValues,
                            .list = "values",
                            .answer = Function::Answer::kMatch,
                            .match = "id",
                            .max_batch = 1};
constexpr Function kTopCategories{.name = "core_course_get_categories",
                                  .effect = Function::Effect::kRead,
                                  .shape = Function::Shape::kSingle,
                                  .answer = Function::Answer::kWhole};

/// PHP's default, and the number that is safe to use unmeasured.
constexpr int kUnmeasuredVariables = 1000;
/// Below this a server is not worth measuring: something else is wrong.
constexpr int kFewestVariables = 60;

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// Scheme and host in lower case, no slash at the end.
std::string canonical_url(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  const auto host = url.find("://");
  const std::size_t path =
      host == std::string_view::npos ? 0 : std::min(url.find('/', host + 3), url.size());
  return base::ascii_lower(url.substr(0, path)) + std::string(url.substr(path));
}

/// Takes what we need of the site info; the rest, a secret among it, is dropped with `info`.
Result<MoodleSite> read_site(const Json& info, const PreflightWish& wish) {
  MoodleSite site;
  const auto user_id = info.find("userid");
  if (!info.is_object() || user_id == info.end() || !user_id->is_number_integer()) {
    return Error{ErrorKind::kTransient, "unexpected_answer",
                 "core_webservice_get_site_info: the answer names no user"};
  }
  site.release = text_of(info, "release");
  site.version = text_of(info, "version");
  site.url = text_of(info, "siteurl");
  site.user_id = user_id->get<std::int64_t>();
  site.user_name = text_of(info, "username");
  const auto functions = info.find("functions");
  if (functions != info.end() && functions->is_array()) {
    for (const Json& function : *functions) {
      if (function.is_object()) site.functions.insert(text_of(function, "name"));
    }
  }
  if (canonical_url(site.url) != canonical_url(wish.base_url)) {
    return Error{ErrorKind::kConfig, "wrong_site",
                 "the Moodle that answers calls itself " + site.url + ", but moodle.url is " +
                     wish.base_url};
  }
  return site;
}

Error account_cannot_read(const MoodleSite& site) {
  return Error{ErrorKind::kConfig, "account_cannot_read",
               "Moodle shows the token's user '" + site.user_name +
                   "' nothing, not even itself: log in once as that user and settle what Moodle "
                   "asks for (password, profile, site policy), and give its role "
                   "moodle/user:viewdetails, moodle/user:viewalldetails, moodle/course:view and "
                   "moodle/category:viewhiddencategories at system level"};
}

Co<Result<MoodleSite>> ask_site(Moodle& moodle, PreflightWish wish) {
  Call call{.function = &kSiteInfo, .row = {}};
  Result<Json> info = co_await moodle.call(std::move(call));
  if (!info) co_return std::move(info).error();
  co_return read_site(*info, wish);
}

/// Whether the account sees itself among `variables` form variables of one call.
Co<Result<bool>> sees_itself_behind(Moodle& moodle, std::int64_t user_id, int variables) {
  const int others = static_cast<int>(protocol_variables(kVariableProbe)) + 1;
  Params row;
  row.add("field", "id");
  const int values = variables - others;
  for (int i = 0; i + 1 < values; ++i) row.add("values[" + std::to_string(i) + "]", "0");
  row.add("values[" + std::to_string(values - 1) + "]", std::to_string(user_id));
  Call call{.function = &kVariableProbe, .row = std::move(row)};
  Result<Json> found = co_await moodle.call(std::move(call));
  if (!found) co_return std::move(found).error();
  co_return found->is_array() && !found->empty();
}

Co<Result<bool>> sees_itself(Moodle& moodle, std::int64_t user_id) {
  Params row;
  row.add("id", std::to_string(user_id));
  Params fixed;
  fixed.add("field", "id");
  Call call{.function = &kOwnUser, .row = std::move(row), .fixed = std::move(fixed)};
  Result<Json> found = co_await moodle.call(std::move(call));
  if (!found) co_return std::move(found).error();
  co_return !found->is_null();
}

/// Every Moodle has a category; an account that sees none cannot read.
Co<Result<bool>> sees_categories(Moodle& moodle) {
  Params row;
  row.add("criteria[0][key]", "parent").add("criteria[0][value]", "0").add("addsubcategories", "0");
  Call call{.function = &kTopCategories, .row = std::move(row)};
  Result<Json> found = co_await moodle.call(std::move(call));
  if (!found) co_return std::move(found).error();
  co_return found->is_array() && !found->empty();
}

/// The number of variables that get through, halving from `wanted` down; requires that the account
/// sees itself.
Co<Result<int>> measure_variables(Moodle& moodle, std::int64_t user_id, int wanted) {
  int variables = wanted / 2;
  for (; variables > kFewestVariables; variables /= 2) {
    Co<Result<bool>> probe = sees_itself_behind(moodle, user_id, variables);
    Result<bool> passed = co_await std::move(probe);
    if (!passed) co_return std::move(passed).error();
    if (*passed) break;
  }
  co_return variables;
}

/// Self-check and measurement in one call where all is well.
Co<Result<PreflightReport>> check_by_user(Moodle& moodle, MoodleSite site, int wanted) {
  const int variables = std::max(wanted, kFewestVariables);
  Co<Result<bool>> probe = sees_itself_behind(moodle, site.user_id, variables);
  Result<bool> passed = co_await std::move(probe);
  if (!passed) co_return std::move(passed).error();
  site.max_input_vars = variables;
  if (!*passed) {
    Co<Result<bool>> look = sees_itself(moodle, site.user_id);
    Result<bool> seen = co_await std::move(look);
    if (!seen) co_return std::move(seen).error();
    if (!*seen) co_return account_cannot_read(site);
    Co<Result<int>> measuring = measure_variables(moodle, site.user_id, variables);
    Result<int> measured = co_await std::move(measuring);
    if (!measured) co_return std::move(measured).error();
    site.max_input_vars = *measured;
  }
  PreflightReport report{std::move(site), true};
  co_return report;
}

Co<Result<PreflightReport>> check_by_categories(Moodle& moodle, MoodleSite site, int wanted) {
  site.max_input_vars = std::min(wanted, kUnmeasuredVariables);
  if (!site.functions.contains(kTopCategories.name)) {
    PreflightReport report{std::move(site), false};
    co_return report;
  }
  Co<Result<bool>> look = sees_categories(moodle);
  Result<bool> seen = co_await std::move(look);
  if (!seen) co_return std::move(seen).error();
  if (!*seen) co_return account_cannot_read(site);
  PreflightReport report{std::move(site), true};
  co_return report;
}

}  // namespace

Co<Result<PreflightReport>> run_preflight(Moodle& moodle, PreflightWish wish) {
  Co<Result<MoodleSite>> asking = ask_site(moodle, wish);
  Result<MoodleSite> site = co_await std::move(asking);
  if (!site) co_return std::move(site).error();
  const bool has_users = site->functions.contains(kOwnUser.name);
  Co<Result<PreflightReport>> check =
      has_users ? check_by_user(moodle, *std::move(site), wish.max_input_vars)
                : check_by_categories(moodle, *std::move(site), wish.max_input_vars);
  Result<PreflightReport> report = co_await std::move(check);
  co_return report;
}

}  // namespace moodlesync::moodle

#include "support/moodle_sim/rest.h"

#include <algorithm>
#include <string_view>

#include "support/moodle_sim/xml.h"

namespace moodlesync::sim {

namespace {

/// Functions of a stock Moodle that are not simulated: outside the service instead of unknown.
bool is_known_to_moodle(const std::string& name) {
  static const std::set<std::string> kOthers = {"core_course_get_contents",
                                                "core_course_get_courses",
                                                "core_enrol_get_users_courses",
                                                "core_course_delete_categories",
                                                "core_role_assign_roles",
                                                "core_group_create_groups",
                                                "core_course_get_course_content_items",
                                                "core_user_get_course_user_profiles"};
  return kOthers.contains(name) || find_function(name) != nullptr;
}

bool is_form(const std::string& content_type) {
  return content_type.starts_with("application/x-www-form-urlencoded");
}

/// PHP writes "/" as "\/" and everything beyond ASCII as \uXXXX.
std::string php_json(const Json& value) {
  const std::string plain = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::string escaped;
  escaped.reserve(plain.size() + plain.size() / 16);
  for (const char c : plain) {
    if (c == '/') escaped.push_back('\\');
    escaped.push_back(c);
  }
  return escaped;
}

std::string class_of(const MoodleError& error, Version version) {
  constexpr std::string_view kNamespace = "core\\exception\\";
  if (version == Version::k41 && error.exception.starts_with(kNamespace)) {
    return error.exception.substr(kNamespace.size());
  }
  return error.exception;
}

void check_door(const ParsedRequest& request, const Settings& settings) {
  if (request.token.empty() || request.token != settings.token) {
    throw moodle_exception("invalidtoken", "Invalid token - token not found");
  }
  if (settings.web_maintenance && !settings.can("moodle/site:maintenanceaccess")) {
    throw moodle_exception("sitemaintenance",
                           "The site is undergoing maintenance and is currently not available");
  }
  if (settings.door_code == "accessexception" || !settings.can("webservice/rest:use")) {
    throw access_denied();
  }
  if (!settings.door_code.empty()) {
    throw moodle_exception(settings.door_code, "Refused web service access");
  }
}

const Function& function_of(const ParsedRequest& request, const Settings& settings) {
  if (request.function.empty()) throw invalid_parameter("Missing function name");
  if (!is_known_to_moodle(request.function)) throw record_missing();
  const Function* function = find_function(request.function);
  if (function == nullptr || !is_in_service(settings, request.function)) throw access_denied();
  return *function;
}

Json run(ParsedRequest& request, const Settings& settings, Site& site, std::mutex& site_mutex) {
  if (settings.upgrade_running) {
    throw moodle_exception("upgraderunning", "Site is being upgraded, please retry later.");
  }
  check_door(request, settings);
  const Function& function = function_of(request, settings);
  Context context{site, settings, request.raw};
  if (!function.early_capability.empty()) {
    context.enter();
    context.require(function.early_capability);
  }
  const PhpValue params = validate(function.params, std::move(request.params), settings);
  const std::lock_guard lock(site_mutex);
  return function.handler(context, params);
}

void take(PhpValue& from, const char* name, std::string& into) {
  if (const PhpValue* value = from.find(name); value != nullptr && !value->is_array()) {
    into = value->as_text();
  }
  from.erase(name);
}

}  // namespace

ParsedRequest parse_request(const HttpRequest& request, const Settings& settings) {
  PhpValue merged = parse_form(request.query, settings.max_input_vars);
  if (is_form(request.content_type) && request.body.size() <= settings.post_max_size) {
    // PHP counts after it has stored: one more than the limit stays.
    PhpValue body = parse_form(request.body, settings.max_input_vars + 1);
    if (merged.size() == 0) {
      merged = std::move(body);
    } else {
      for (std::size_t i = 0; i < body.size(); ++i) {
        merged.put(body.keys()[i], std::move(body.mutable_items()[i]));
      }
    }
  }
  ParsedRequest parsed;
  std::string format;
  std::string raw;
  std::string ignored;
  take(merged, "wstoken", parsed.token);
  take(merged, "wsfunction", parsed.function);
  take(merged, "moodlewsrestformat", format);
  take(merged, "moodlewssettingraw", raw);
  for (const char* name : {"moodlewssettingfilter", "moodlewssettingfileurl", "moodlewssettinglang",
                           "moodlewssettingtimezone"}) {
    take(merged, name, ignored);
  }
  parsed.json = format == "json";
  parsed.raw = raw == "1";
  for (const PhpValue& param : merged.items()) parsed.rows = std::max(parsed.rows, param.size());
  parsed.params = std::move(merged);
  return parsed;
}

HttpAnswer answer_of(const MoodleError& error, const Settings& settings, bool json) {
  constexpr int kNormal = 15;
  constexpr int kDeveloper = 32767;
  const std::string exception = class_of(error, settings.version);
  std::string message = error.message;
  const bool explains = settings.debug >= kNormal && !error.debuginfo.empty();
  if (explains && settings.debug >= kDeveloper) message += " (" + error.debuginfo + ")";
  HttpAnswer answer;
  if (!json) {
    answer.content_type = "application/xml; charset=utf-8";
    answer.body = xml_exception(exception, code_of(error, settings.debug), message);
    return answer;
  }
  Json body = {{"exception", exception}};
  if (!error.code.empty()) body["errorcode"] = code_of(error, settings.debug);
  body["message"] = message;
  if (explains) body["debuginfo"] = error.debuginfo;
  answer.body = php_json(body);
  return answer;
}

HttpAnswer execute(ParsedRequest request, const Settings& settings, Site& site,
                   std::mutex& site_mutex) {
  if (!settings.web_services_enabled) return {403, "text/html; charset=utf-8"};
  if (settings.cli_maintenance) return html_page(503, "Moodle under maintenance");
  try {
    const Json result = run(request, settings, site, site_mutex);
    if (request.json) return {200, "application/json", php_json(result)};
    return {200, "application/xml; charset=utf-8", xml_response(result)};
  } catch (const MoodleError& error) {
    return answer_of(error, settings, request.json);
  }
}

HttpAnswer html_page(int status, const std::string& title) {
  return {status, "text/html; charset=utf-8",
          "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head><body><h1>" + title +
              "</h1></body></html>\n"};
}

}  // namespace moodlesync::sim

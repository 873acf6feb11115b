#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "support/moodle_sim/php_value.h"

namespace moodlesync::sim {

/// Which Moodle is played. Differences that a client can see: moodle-rest facts as of 4.1, 4.5
/// and 5.1.
enum class Version { k41, k45, k51 };

/// A course or cohort custom field ("text", "textarea", "select", "checkbox", "date", "number").
struct CustomField {
  std::string shortname = {};
  std::string type = "text";
  std::vector<std::string> options = {};  ///< Of a select, in order; sent by number from 1.
  std::string fallback = {};              ///< What a course has that was never given a value.
};

/// A user profile field ("text", "textarea", "menu", "checkbox", "datetime").
struct ProfileField {
  std::string shortname = {};
  std::string type = "text";
  std::vector<std::string> options = {};  ///< Of a menu; sent by text.
  std::string fallback = {};              ///< What a user shows who never set it.
  std::size_t max_length = 2048;          ///< Of a text; longer values are cut silently.
  bool day_only = false;                  ///< Of a datetime, as Moodle makes them: without a time.
};

/// The site's settings and the rights of the token's account: everything that is not rows.
/// Change them on a running simulator through MoodleSim::change_settings().
struct Settings {
  Version version = Version::k51;
  std::string site_name = "Moodle";
  std::string token = "simtoken";
  std::string site_url = {};     ///< wwwroot; the simulator puts its own URL here when empty.
  Id account = 2;                ///< The token's user: 2 is the admin that every fresh site has.
  std::function<Id()> now = {};  ///< Unix time; the system clock when not set.

  /// Functions of the token's service. Empty: everything that the simulator knows but the cohort
  /// look-ups, as the module's documentation lists them.
  std::set<std::string> functions = {};
  std::set<std::string> missing_capabilities = {};  ///< The account has every capability but these.
  bool account_is_admin = true;
  /// "", or what Moodle says when the account must do something first: forcepasswordchangenotice,
  /// usernotfullysetup, sitepolicynotagreed. Reads then return [] without an error.
  std::string account_state = {};
  /// "", or a refusal at the door: wsaccessusersuspended, wsaccessuserunconfirmed, accessexception
  /// …
  std::string door_code = {};

  bool web_services_enabled = true;  ///< Otherwise 403 and an empty body.
  bool cli_maintenance = false;      ///< 503 with a page.
  bool web_maintenance = false;      ///< `sitemaintenance` unless the account may enter.
  bool upgrade_running = false;

  std::size_t max_input_vars = 1000;
  std::size_t post_max_size = 64UL * 1024 * 1024;
  int debug = 0;  ///< 15: debuginfo appears, codes name tables. 32767: it is in the message too.

  std::set<std::string> languages = {"en"};
  std::set<std::string> themes = {"boost", "classic"};
  std::set<std::string> auth_plugins = {"manual", "email",      "none",       "nologin",
                                        "oauth2", "ldap",       "shibboleth", "lti",
                                        "db",     "webservice", "mnet"};
  std::set<std::string> internal_auth_plugins = {"manual", "email", "none",      "nologin",
                                                 "lti",    "db",    "webservice"};
  std::set<Id> assignable_roles = {1, 3, 4, 5};  ///< manager, teachers, student.

  bool extended_username_chars = false;
  bool same_email_allowed = false;
  bool password_policy = true;
  bool allow_course_themes = false;
  Id utc_offset = 0;                 ///< Seconds by which the server's time zone is ahead.
  std::string default_country = {};  ///< What an unknown country code becomes; "" is stored as "0".

  bool welcome_message =
      false;  ///< Of new courses' manual enrolment; Moodle's own default is true.
  bool mail_works = true;

  std::vector<CustomField> course_fields = {};
  std::vector<CustomField> cohort_fields = {};
  std::vector<ProfileField> profile_fields = {};

  [[nodiscard]] bool can(const std::string& capability) const {
    return !missing_capabilities.contains(capability);
  }
};

}  // namespace moodlesync::sim

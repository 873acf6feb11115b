#pragma once

#include <map>
#include <optional>
#include <string>

#include "support/moodle_sim/php_value.h"

namespace moodlesync::sim {

/// What the simulated site stores. Fields bear Moodle's names; flags are numbers because Moodle's
/// columns are (`visible=2` is stored as it is).
struct Category {
  Id id = 0;
  std::string name = {};
  std::optional<std::string> idnumber = {};  ///< Null until one is given; "" once cleared.
  std::string description = {};
  Id descriptionformat = 1;
  Id parent = 0;
  Id visible = 1;
  Id visibleold = 1;
  Id timemodified = 0;
  Id coursecount = 0;
  std::string theme = {};
  Id position = 0;    ///< Order among siblings.
  Id course_seq = 0;  ///< How many courses were ever put here: newest first.
};

struct Course {
  Id id = 0;
  Id category = 0;
  std::string fullname = {};
  std::string shortname = {};
  std::string idnumber = {};
  std::string summary = {};
  Id summaryformat = 1;
  std::string format = "topics";
  Id showgrades = 1;
  Id newsitems = 5;
  Id startdate = 0;
  Id enddate = 0;
  Id maxbytes = 0;
  Id showreports = 0;
  Id visible = 1;
  Id groupmode = 0;
  Id groupmodeforce = 0;
  Id defaultgroupingid = 0;
  Id enablecompletion = 1;
  Id completionnotify = 0;
  Id numsections = 0;
  std::string lang = {};
  std::string theme = {};
  Id timecreated = 0;
  Id timemodified = 0;
  Id sequence = 0;  ///< Of its category when it was put there; 0: not sorted yet (a fresh copy).
  std::map<std::string, std::string> customfields = {};  ///< By short name, as sent.
  std::map<std::string, std::string> options = {};       ///< Course format options.

  bool has_manual_enrolment = true;
  bool manual_enrolment_enabled = true;
  bool welcome_message = false;  ///< Its manual enrolment mails each enrolled user.
};

struct User {
  Id id = 0;
  std::string username = {};
  std::string auth = "manual";
  std::string firstname = {};
  std::string lastname = {};
  std::string email = {};
  std::string idnumber = {};
  Id confirmed = 1;
  Id suspended = 0;
  Id deleted = 0;
  std::string lang = "en";
  std::string timezone = "99";
  Id mailformat = 1;
  Id maildisplay = 2;
  Id timecreated = 0;
  Id timemodified = 0;
  std::string password = {};  ///< "", "not cached", or "hash of …": enough to see who changed it.
  bool must_change_password = false;
  /// city, country, phone1 …: the plain text columns, by name; absent is "".
  std::map<std::string, std::string> texts = {};
  std::map<std::string, std::string> profile = {};      ///< Custom profile fields, by short name.
  std::map<std::string, std::string> preferences = {};  ///< The registered ones.

  [[nodiscard]] std::string text(const std::string& column) const {
    const auto at = texts.find(column);
    return at == texts.end() ? std::string() : at->second;
  }
};

struct Enrolment {
  Id id = 0;
  Id course = 0;
  Id user = 0;
  std::string method = "manual";
  Id suspended = 0;
  Id timestart = 0;
  Id timeend = 0;
};

struct RoleAssignment {
  Id id = 0;
  Id course = 0;
  Id user = 0;
  Id role = 0;
};

struct Cohort {
  Id id = 0;
  Id category = 0;  ///< 0: the system context.
  std::string name = {};
  std::string idnumber = {};
  std::string description = {};
  Id descriptionformat = 1;
  Id visible = 1;
  std::string theme = {};
  std::map<std::string, std::string> customfields = {};
};

struct CohortMember {
  Id id = 0;
  Id cohort = 0;
  Id user = 0;
};

/// A message that the site sent (or tried to): Moodle's welcome mail or a new password.
struct Mail {
  Id user = 0;
  Id course = 0;  ///< 0: not about a course.
  std::string kind = {};
};

}  // namespace moodlesync::sim

// enrol_manual_enrol_users, enrol_manual_unenrol_users (Moodle 5.1, enrol/manual/externallib.php)
// and core_role_unassign_roles (enrol/externallib.php). All are all or nothing.
#include "support/moodle_sim/functions/enrolments.h"

#include <array>
#include <string_view>

namespace moodlesync::sim {

namespace {

constexpr Id kEditingTeacher = 3;  // Moodle's default "course contact".
constexpr std::array<const char*, 9> kRoles = {
    "",        "manager", "coursecreator", "editingteacher", "teacher",
    "student", "guest",   "user",          "frontpage"};

/// Contexts have ids of their own in Moodle. Here a course's is its id plus this; the system's
/// is 1.
constexpr Id kCourseContexts = 10'000'000;

MoodleError no_instance(Id course) {
  return moodle_exception("wsnoinstance",
                          "Manual enrolment plugin instance doesn't exist or is disabled for the "
                          "course (id = " +
                              std::to_string(course) + ")");
}

/// Before 5.0 a missing user was found out only at the role assignment.
void check_active_user(const Context& context, Id id) {
  const bool old = context.settings.version != Version::k51;
  if (id < 1) throw moodle_exception("invaliduser", "Invalid user");
  const User* user = context.site.users.find(id);
  if (old && (user == nullptr || user->deleted != 0)) throw coding_error("User ID does not exist");
  if (user == nullptr) throw user_missing();
  if (user->deleted != 0) throw untranslated_exception("error", "userdeleted");
  if (user->confirmed == 0) throw untranslated_exception("error", "usernotconfirmed");
  if (id == 1)
    throw moodle_exception("guestsarenotallowed", "The guest user is not allowed to do this");
}

bool has_contact(const Site& site, Id course) {
  for (const Id id : site.role_assignments.with(Site::kOwner, std::to_string(course))) {
    if (site.role_assignments.find(id)->role == kEditingTeacher) return true;
  }
  return false;
}

void store_enrolment(const Context& context, const PhpValue& row) {
  Site& site = context.site;
  Enrolment enrolment;
  enrolment.course = row.number("courseid");
  enrolment.user = row.number("userid");
  const Enrolment* old = site.enrolment_of(enrolment.course, enrolment.user);
  if (old != nullptr) enrolment.id = old->id;
  // What is not sent is 0: a repeat without times resets them.
  enrolment.timestart = row.number("timestart");
  enrolment.timeend = row.number("timeend");
  enrolment.suspended = row.number("suspend") != 0 ? 1 : 0;
  if (old != nullptr) {
    site.enrolments.update(enrolment);
  } else {
    site.enrolments.insert(enrolment);
  }
}

void enrol_one(const Context& context, const PhpValue& row, std::vector<Mail>& mails) {
  Site& site = context.site;
  const Id course_id = row.number("courseid");
  const Id role = row.number("roleid");
  const Id user = row.number("userid");
  const Course* course = site.courses.find(course_id);
  if (course == nullptr) throw invalid_parameter("Context does not exist");
  context.enter(*course);
  context.require("enrol/manual:enrol");
  if (!context.settings.assignable_roles.contains(role) || !context.can("moodle/role:assign")) {
    throw moodle_exception("wsusercannotassign",
                           "You don't have the permission to assign this role (" +
                               std::to_string(role) + ") to this user (" + std::to_string(user) +
                               ") in this course (" + std::to_string(course_id) + ").");
  }
  if (!course->has_manual_enrolment || !course->manual_enrolment_enabled) {
    throw no_instance(course_id);
  }
  check_active_user(context, user);
  store_enrolment(context, row);
  // The message is made with the enrolment, before the role: a first teacher gets none.
  if (course->welcome_message && has_contact(site, course_id)) {
    mails.push_back({user, course_id, "welcome"});
  }
  if (!site.roles_of(course_id, user).contains(role)) {
    site.role_assignments.insert({0, course_id, user, role});
  }
}

void unenrol_one(const Context& context, const PhpValue& row) {
  const Id course_id = row.number("courseid");
  const Id user_id = row.number("userid");
  const Course* course = context.site.courses.find(course_id);
  if (course == nullptr) throw record_missing();
  context.enter(*course);
  context.require("enrol/manual:unenrol");
  if (!course->has_manual_enrolment) throw no_instance(course_id);
  const bool old = context.settings.version != Version::k51;
  const User* user = context.site.users.find(user_id);
  if (user == nullptr) throw old ? invalid_parameter("Unknown user") : user_missing();
  if (user->deleted != 0 && !old) throw untranslated_exception("error", "userdeleted");
  const Enrolment* enrolment = context.site.enrolment_of(course_id, user_id);
  if (enrolment != nullptr) context.site.remove_enrolment(enrolment->id);
}

/// The course whose roles are meant; 0 for another context that exists.
Id course_of(const Context& context, const PhpValue& row) {
  const Id context_id = row.number("contextid");
  if (context_id == 1) return 0;
  Id course = context_id - kCourseContexts;
  if (context_id == 0) {
    const std::string& level = row.text("contextlevel");
    const Id instance = row.number("instanceid");
    if (level == "system") return 0;
    if (level == "user" && context.site.users.contains(instance)) return 0;
    if (level == "coursecat" && context.site.categories.contains(instance)) return 0;
    if (level != "course" || instance == 0) throw invalid_parameter("Missing or invalid context");
    course = instance;
  }
  if (!context.site.courses.contains(course)) throw invalid_parameter("Context does not exist");
  return course;
}

void unassign_one(const Context& context, const PhpValue& row) {
  const Id course_id = course_of(context, row);
  if (const Course* course = context.site.courses.find(course_id)) context.enter(*course);
  context.require("moodle/role:assign");
  const Id role = row.number("roleid");
  if (!context.settings.assignable_roles.contains(role)) {
    throw invalid_parameter("Can not unassign roleid=" + std::to_string(role));
  }
  const std::string key = Site::pair_key(course_id, row.number("userid"));
  const std::set<Id> held = context.site.role_assignments.with(Site::kPair, key);
  for (const Id id : held) {
    if (context.site.role_assignments.find(id)->role == role)
      context.site.role_assignments.erase(id);
  }
}

}  // namespace

const char* role_shortname(Id role) {
  return role < 1 || role >= static_cast<Id>(kRoles.size())
             ? ""
             : kRoles.at(static_cast<std::size_t>(role));
}

Json enrol_users(Context& context, const PhpValue& params) {
  context.enter();
  Site::Transaction transaction(context.site);
  std::vector<Mail> mails;
  for (const PhpValue& row : params.list("enrolments")) enrol_one(context, row, mails);
  transaction.commit();
  // After the commit, in the request: one that cannot be sent ends the call with an error.
  for (const Mail& mail : mails) {
    if (!context.settings.mail_works)
      throw untranslated_exception("error", "Message was not sent.");
    context.site.mails.push_back(mail);
  }
  return nullptr;
}

Json unenrol_users(Context& context, const PhpValue& params) {
  Site::Transaction transaction(context.site);
  for (const PhpValue& row : params.list("enrolments")) unenrol_one(context, row);
  transaction.commit();
  return nullptr;
}

Json unassign_roles(Context& context, const PhpValue& params) {
  context.enter();
  Site::Transaction transaction(context.site);
  for (const PhpValue& row : params.list("unassignments")) unassign_one(context, row);
  transaction.commit();
  return nullptr;
}

std::vector<Function> enrolment_functions() {
  return {
      {"core_enrol_get_enrolled_users",
       {required("courseid", Type::kInt),
        rows("options", {required("name", Type::kAlphaNumExt), required("value", Type::kRaw)},
             Param::Need::kDefault)},
       get_enrolled_users},
      {"core_role_unassign_roles",
       {rows("unassignments",
             {required("roleid", Type::kInt), required("userid", Type::kInt),
              optional("contextid", Type::kInt), optional("contextlevel", Type::kAlpha),
              optional("instanceid", Type::kInt)})},
       unassign_roles},
      {"enrol_manual_enrol_users",
       {rows("enrolments", {required("roleid", Type::kInt), required("userid", Type::kInt),
                            required("courseid", Type::kInt), optional("timestart", Type::kInt),
                            optional("timeend", Type::kInt), optional("suspend", Type::kInt)})},
       enrol_users},
      {"enrol_manual_unenrol_users",
       {rows("enrolments", {required("userid", Type::kInt), required("courseid", Type::kInt),
                            optional("roleid", Type::kInt)})},
       unenrol_users},
  };
}

}  // namespace moodlesync::sim

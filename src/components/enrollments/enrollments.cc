#include "components/enrollments/enrollments.h"

#include <algorithm>
#include <memory>

#include "base/source_named.h"
#include "base/source_settings.h"
#include "components/enrollments/course_script.h"
#include "components/enrollments/functions.h"

namespace moodlesync::enrollments {

Enrollments::Enrollments(std::vector<EnrollmentsSource> sources) : sources_(std::move(sources)) {
  for (const EnrollmentsSource& source : sources_) specs_.push_back(source.spec);
}

std::vector<std::string_view> Enrollments::functions() const {
  std::vector<std::string_view> names = {kEnrolUsers.name, kUnassignRoles.name,
                                         kGetEnrolledUsers.name};
  const bool unenrols = std::ranges::any_of(sources_, [](const EnrollmentsSource& source) {
    return source.removal == Removal::kUnenrol || !source.participants.empty();
  });
  if (unenrols) names.push_back(kUnenrolUsers.name);
  return names;
}

std::vector<std::string_view> Enrollments::capabilities() const {
  return {"moodle/course:view",
          "moodle/course:viewhiddencourses",
          "moodle/course:viewparticipants",
          "moodle/course:enrolreview",
          "enrol/manual:enrol",
          "enrol/manual:unenrol",
          "moodle/role:assign"};
}

std::vector<Reminder> Enrollments::reminders() const {
  return {
      {"this Moodle may send a welcome message to everybody who is enrolled, thousands in a "
       "first load; whether it does cannot be seen from here",
       "before the first load: Site administration > Plugins > Enrolments > Manual enrolments > "
       "Send course welcome message: No. Courses that exist already keep their own setting "
       "(docs/moodle-setup.md)",
       "2024100700"},
      {"which roles the account may give cannot be seen from here",
       "Site administration > Users > Permissions > Define roles > Allow role assignments: "
       "allow its role every role that registrations and participants bring"}};
}

std::vector<MoodleView> Enrollments::views(const SourceSpec& /*source*/,
                                           const EntityRef& /*entity*/,
                                           std::optional<MoodleId> id) const {
  if (!id) return {};
  Call call{.function = &kGetEnrolledUsers, .row = {}};
  call.row.add("courseid", to_string(*id));
  call.row.add("options[0][name]", "userfields").add("options[0][value]", "id,idnumber,roles");
  return {{"who is enrolled in course " + to_string(*id),
           std::move(call),
           {"id", "idnumber", "roles"}}};
}

Co<Outcome> Enrollments::converse(Conversation& conversation) const {
  const EnrollmentsSource* source = base::source_named(sources_, conversation.source->name);
  if (source == nullptr) {
    co_return Error{ErrorKind::kBug, "unknown_source",
                    "enrollments has no source '" + conversation.source->name + "'"};
  }
  CourseScript script(*source, conversation);
  co_return co_await script.run();
}

ComponentKind kind() {
  return {"enrollments", [](Section& settings) -> std::unique_ptr<Component> {
            return std::make_unique<Enrollments>(read_sources(settings));
          }};
}

}  // namespace moodlesync::enrollments

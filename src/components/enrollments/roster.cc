#include "components/enrollments/roster.h"

#include <utility>

#include "base/json_fields.h"
#include "components/enrollments/functions.h"

namespace moodlesync::enrollments {

namespace {

std::set<MoodleId> roles_in(const Json& user) {
  std::set<MoodleId> roles;
  for (const Json& role : base::list_field(user, "roles")) {
    if (const auto id = base::int_field(role, "roleid")) roles.insert(MoodleId{*id});
  }
  return roles;
}

}  // namespace

Co<Result<Roster>> read_roster(Moodle& moodle, MoodleId course, RosterOf which) {
  Call call{.function = &kGetEnrolledUsers, .row = {}};
  // With all fields Moodle lists every user's courses: seven times slower.
  call.row.add("courseid", to_string(course))
      .add("options[0][name]", "userfields")
      .add("options[0][value]", "id,roles");
  if (which == RosterOf::kActive) {
    call.row.add("options[1][name]", "onlyactive").add("options[1][value]", "1");
  }
  Result<Json> answer = co_await moodle.call(std::move(call));
  if (!answer) co_return std::move(answer).error();
  Error unexpected{ErrorKind::kTransient, "unexpected_answer",
                   std::string(kGetEnrolledUsers.name) + ": Moodle gave no list of users"};
  if (!answer->is_array()) co_return std::move(unexpected);
  Roster roster;
  for (const Json& user : *answer) {
    const auto id = base::int_field(user, "id");
    if (!id) co_return std::move(unexpected);
    roster.emplace(MoodleId{*id}, roles_in(user));
  }
  co_return std::move(roster);
}

}  // namespace moodlesync::enrollments

#include "e2e/demo/edits.h"

namespace moodlesync::demo {

namespace {

using testsupport::Changes;
using Roles = std::set<sim::Id>;

constexpr sim::Id kTeacher = 3;
constexpr sim::Id kStudent = 5;

/// The n-th registration of a user, and the course that it is for, by their places in the lists of
/// CampusPeople.
std::int64_t course_of(Stage& stage, std::size_t user, std::size_t nth = 0) {
  const auto& courses = stage.campus().courses();
  return courses.at((user * 7 + nth * 61) % courses.size());
}

void save_user(Stage& stage, std::size_t user, const Changes& changes) {
  stage.drupal().save_user(stage.people().users()[user], changes);
}

void save_registration(Stage& stage, std::size_t place, const Changes& changes) {
  stage.drupal().save({"registration", stage.people().registrations()[place]}, changes);
}

void edit_accounts(Stage& stage) {
  const auto& users = stage.people().users();
  stage.edit(
      "A user is blocked",
      [&] {
        save_user(stage, 6, {.base = {{"status", "0"}}});
      },
      [&] { return stage.user(users[6]).suspended == 1; });
  stage.edit(
      "and let in again",
      [&] {
        save_user(stage, 6, {.base = {{"status", "1"}}});
      },
      [&] { return stage.user(users[6]).suspended == 0; });
  stage.edit(
      "A student's profile gets another programme",
      [&] {
        stage.drupal().save({"profile", stage.people().profiles()[7]},
                            {.fields = {{"field_programme", {"Musik"}}}});
      },
      [&] { return stage.user(users[7]).profile["programme"] == "Musik"; });
  stage.edit(
      "A user gets another address, and the city is cleared",
      [&] {
        save_user(stage, 8,
                  {.base = {{"mail", "Neu.8@campus.example"}}, .fields = {{"field_city", {}}}});
      },
      [&] {
        const sim::User account = stage.user(users[8]);
        return account.email == "neu.8@campus.example" && account.text("city").empty();
      });
}

void edit_cohorts(Stage& stage) {
  const auto& users = stage.people().users();
  const auto& cohorts = stage.people().cohorts();
  stage.edit(
      "A user goes from one cohort to another",
      [&] {
        save_user(stage, 9, {.fields = {{"field_cohorts", {cohorts[20]}}}});
      },
      [&] {
        return stage.is_member(cohorts[20], users[9]) && !stage.is_member(cohorts[10], users[9]);
      });
  stage.edit(
      "A cohort is renamed",
      [&] {
        stage.drupal().save_term(cohorts[3], {.base = {{"name", "Jahrgang 2030"}}});
      },
      [&] { return stage.cohort(cohorts[3]).name == "Jahrgang 2030"; });
  stage.edit(
      "A cohort is deleted, with its members in it",
      [&] { stage.drupal().remove("taxonomy_term", {cohorts[4]}); },
      [&] { return stage.cohort(cohorts[4]).id == 0; });
}

void edit_registrations(Stage& stage) {
  const auto& users = stage.people().users();
  stage.edit(
      "A student becomes a teacher",
      [&] {
        save_registration(stage, 1, {.fields = {{"field_role", {stage.people().teacher_role()}}}});
      },
      [&] { return stage.roles(course_of(stage, 1), users[1]) == Roles{kTeacher}; });
  stage.edit(
      "A registration is cancelled",
      [&] {
        save_registration(stage, 2, {.base = {{"state", "canceled"}}});
      },
      [&] { return stage.enrolment(course_of(stage, 2), users[2]).suspended == 1; });
  stage.edit(
      "A registration is deleted",
      [&] { stage.drupal().remove("registration", {stage.people().registrations()[3]}); },
      [&] { return stage.enrolment(course_of(stage, 3), users[3]).suspended == 1; });
  stage.edit(
      "A registration goes to another user",
      [&] {
        save_registration(stage, 4, {.base = {{"user_uid", std::to_string(users[5])}}});
      },
      [&] {
        return stage.enrolment(course_of(stage, 4), users[4]).suspended == 1 &&
               stage.roles(course_of(stage, 4), users[5]) == Roles{kStudent};
      });
}

void edit_participants(Stage& stage) {
  const std::int64_t nid = stage.campus().courses()[20];
  const auto& users = stage.people().users();
  stage.edit(
      "A course's three lecturers leave at once, and one comes",
      [&] {
        stage.drupal().save_node(nid, {.fields = {{"field_lecturers", {users[50]}}}});
      },
      [&] {
        const bool are_gone = stage.enrolment(nid, users[220]).id == 0 &&
                              stage.enrolment(nid, users[223]).id == 0 &&
                              stage.enrolment(nid, users[226]).id == 0;
        return are_gone && stage.roles(nid, users[50]) == Roles{kTeacher};
      });
}

/// The courses that refer to the user are saved by nobody.
void delete_user(Stage& stage) {
  const std::int64_t uid = stage.people().users()[11];
  stage.edit(
      "A user is deleted: locked out, and suspended in all three courses",
      [&] { stage.drupal().remove("user", {uid}); },
      [&] {
        bool is_out = stage.user(uid).suspended == 1;
        for (std::size_t nth = 0; nth < 3; ++nth)
          is_out = is_out && stage.enrolment(course_of(stage, 11, nth), uid).suspended == 1;
        return is_out;
      });
}

void add_everything_at_once(Stage& stage) {
  std::int64_t nid = 0;
  std::int64_t uid = 0;
  stage.edit(
      "A new user, registered for a new course",
      [&] {
        uid = stage.drupal().create_user(
            "Neue.Person", {{"field_first_name", {"Zoë"}}, {"field_last_name", {"Öztürk"}}},
            {{"mail", "zoe@campus.example"}});
        nid =
            stage.drupal().create_node("course", "Gebärdensprache II",
                                       {{"field_shortname", {"GEB-2"}}, {"field_visible", {"1"}}});
        stage.drupal().create_registration("standard", nid, uid, {}, {{"state", "complete"}});
      },
      [&] { return stage.user(uid).id != 0 && stage.roles(nid, uid) == Roles{kStudent}; });
}

/// `count` ids from `first` on.
std::vector<std::int64_t> some(const std::vector<std::int64_t>& all, std::size_t first,
                               std::size_t count) {
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
  return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace

void edit_people(Stage& stage) {
  stage.step("Editors at work on people");
  edit_accounts(stage);
  edit_cohorts(stage);
  edit_registrations(stage);
  edit_participants(stage);
  delete_user(stage);
  add_everything_at_once(stage);
}

void edit_many(Stage& stage) {
  stage.step("The end of the term: many changes at once, while the daemon runs");
  const auto start = Stage::Clock::now();
  const int calls_before = stage.moodle().count();
  const testsupport::CampusPeople& people = stage.people();
  for (std::size_t i = 100; i < 200; ++i) save_user(stage, i, {.base = {{"status", "0"}}});
  Stage::say("100 users are blocked,");
  for (std::size_t i = 400; i < 450; ++i)
    save_user(stage, i, {.fields = {{"field_cohorts", {people.cohorts()[i % 3]}}}});
  Stage::say("50 change their cohort,");
  for (std::size_t i = 500; i < 700; ++i)
    save_registration(stage, i, {.fields = {{"field_role", {people.teacher_role()}}}});
  Stage::say("200 registrations change their role,");
  stage.drupal().remove("registration", some(people.registrations(), 1000, 150));
  Stage::say("150 are deleted,");
  stage.drupal().remove("user", some(people.users(), 300, 30));
  Stage::say("and so are 30 users.");
  stage.expect(stage.wait_until_in_step());
  char line[200];
  std::snprintf(line, sizeof line,
                "All 530 changes are in step %.1f s after the first of them, for %d calls.",
                Stage::seconds_since(start), stage.moodle().count() - calls_before);
  Stage::say(line);
}

}  // namespace moodlesync::demo

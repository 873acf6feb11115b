#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "components/enrollments/enrollments.h"
#include "support/fakes/conversation_builder.h"
#include "support/fakes/fake_moodle.h"

namespace moodlesync::enrollments {

/// A registration for a course: `a_registration(1).of(12).with_role(3).in_state("canceled")`.
class RegistrationBuilder {
 public:
  explicit RegistrationBuilder(std::int64_t id);
  RegistrationBuilder& of(std::int64_t user);
  RegistrationBuilder& of_nobody();
  RegistrationBuilder& in_state(std::string_view state);
  /// A term with this field_moodle_id.
  RegistrationBuilder& with_role(std::string_view moodle_id_text);
  RegistrationBuilder& from(std::string_view start);
  RegistrationBuilder& until(std::string_view end);
  RegistrationBuilder& with(std::string_view path, FieldValue value);
  [[nodiscard]] const Entity& entity() const { return made_; }

 private:
  Entity made_;
};
[[nodiscard]] inline RegistrationBuilder a_registration(std::int64_t id) {
  return RegistrationBuilder(id);
}

/// Rules as most tests need them: registrations of type `seminar`, participants in field_students
/// (role 5) and field_teachers (role 3).
[[nodiscard]] EnrollmentsSource the_rules();

/// Everything that a conversation about node:1 needs: course 50 in Moodle, user 12 of Drupal is
/// Moodle's 112, and so on.
class CourseTest {
 public:
  explicit CourseTest(EnrollmentsSource rules = the_rules());

  CourseTest& has(const RegistrationBuilder& registration);
  CourseTest& has_student(std::int64_t user) { return refers("field_students", user); }
  CourseTest& has_teacher(std::int64_t user) { return refers("field_teachers", user); }
  CourseTest& knows_user_as(std::int64_t user, Counterpart counterpart);
  CourseTest& knows_course_as(Counterpart counterpart);
  /// The account is gone; references to it stay.
  CourseTest& lost_user(std::int64_t user);
  /// What was sent before.
  CourseTest& holds(std::int64_t moodle_user, const std::string& text);
  CourseTest& is_in_doubt();
  CourseTest& is_deleted();
  CourseTest& verifies();

  /// Lets the component talk to Moodle; the link goes on into the next run.
  Outcome run();
  /// The same, but we die when Moodle has done everything: what was stored before goes on into the
  /// next run, which is in doubt.
  void run_and_die();
  /// Forgets reasons and calls, as when the editor has saved other ones.
  CourseTest& now();

  /// Every write since the last now(), as enrol(), unassign() and unenrol() say it.
  [[nodiscard]] std::vector<std::string> writes() const;
  [[nodiscard]] std::string held(std::int64_t moodle_user) const;
  [[nodiscard]] Link& link() { return link_; }
  [[nodiscard]] fakes::FakeMoodle& moodle() { return moodle_; }

 private:
  CourseTest& refers(std::string_view path, std::int64_t user);
  void accept_everything();
  Co<Status> kept(Link link);

  EnrollmentsSource rules_;
  Enrollments component_;
  fakes::FakeMoodle moodle_;
  Entity entity_;
  Link link_;
  Link ahead_;  ///< As last stored before Moodle was told.
  std::map<EntityRef, Counterpart> counterparts_;
  std::vector<std::int64_t> lost_;
  bool in_doubt_ = false;
  bool verifies_ = false;
  std::size_t first_call_ = 0;
};

/// A row as writes() shows it; `rest` is start-end, and " suspended".
[[nodiscard]] std::string enrol(std::int64_t role, std::int64_t user,
                                std::string_view rest = "0-0");
[[nodiscard]] std::string unassign(std::int64_t role, std::int64_t user);
[[nodiscard]] std::string unenrol(std::int64_t user);

/// Moodle's list of enrolled users: user → roles.
[[nodiscard]] Json roster(const std::map<std::int64_t, std::vector<std::int64_t>>& users);

}  // namespace moodlesync::enrollments

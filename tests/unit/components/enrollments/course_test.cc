#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "a_course.h"

namespace moodlesync::enrollments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Course, ThatIsDeletedInDrupalNeedsNoCallOfOurs) {
  CourseTest course;
  course.holds(112, "user=12 roles=5 start=0 end=0 suspended=0 by=r").is_deleted();
  EXPECT_TRUE(std::holds_alternative<Removed>(course.run()));
  EXPECT_THAT(course.moodle().calls(), IsEmpty());
}

TEST(Course, ThatHasJustBeenCreatedGetsEverybody) {
  CourseTest course;
  course.knows_course_as(fakes::pending());
  course.has(a_registration(1).of(12)).has_student(13).has_teacher(14);
  EXPECT_TRUE(std::holds_alternative<Waiting>(course.run()));
  course.knows_course_as(fakes::known(50)).run();
  EXPECT_THAT(course.writes(),
              testing::UnorderedElementsAre(enrol(5, 112), enrol(5, 113), enrol(3, 114)));
}

TEST(Course, ThatARegistrationMovesAwayFromSuspendsWhatTheOtherEnrols) {
  CourseTest old_host;
  CourseTest new_host;
  old_host.has(a_registration(1).of(12)).run();
  old_host.now().run();
  new_host.has(a_registration(1).of(12)).run();
  EXPECT_THAT(old_host.writes(), ElementsAre(enrol(5, 112, "0-0 suspended")));
  EXPECT_THAT(new_host.writes(), ElementsAre(enrol(5, 112)));
}

TEST(Course, IsRefusedWhenItsSourceIsUnknown) {
  const Enrollments component({the_rules()});
  SourceSpec other;
  other.name = "other";
  fakes::FakeMoodle moodle;
  Conversation conversation = fakes::a_conversation().of_node(1).with(other, moodle);
  const Outcome outcome = moodle.drive(component.converse(conversation));
  EXPECT_EQ(std::get<Error>(outcome).code, "unknown_source");
}

}  // namespace
}  // namespace moodlesync::enrollments

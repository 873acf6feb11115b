#include "unit/components/course/course_fixture.h"

namespace moodlesync::course {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CourseRemovalTest : public CourseFixture {
 protected:
  Outcome run_with(DeletePolicy policy) {
    source_.on_delete = policy;
    source_.trash_bin = MoodleId{9};
    return run(a_synced_node().deleted());
  }
};

template <class T>
bool is(const Outcome& outcome) {
  return std::holds_alternative<T>(outcome);
}

TEST_F(CourseRemovalTest, DoesNothingByDefault) {
  EXPECT_TRUE(is<Removed>(run(a_synced_node().deleted())));
  EXPECT_TRUE(moodle_.calls().empty());
}

TEST_F(CourseRemovalTest, HidesTheCourse) {
  moodle_.on(kUpdate, Json(nullptr));
  EXPECT_TRUE(is<Removed>(run_with(DeletePolicy::kHide)));
  EXPECT_EQ(written(moodle_.row(0)), "id=70 visible=0");
}

TEST_F(CourseRemovalTest, DeletesTheCourse) {
  moodle_.on(kDelete, Json(nullptr));
  EXPECT_TRUE(is<Removed>(run_with(DeletePolicy::kDelete)));
  EXPECT_EQ(written(moodle_.row(0)), "id=70");
  EXPECT_EQ(moodle_.calls()[0].key, "course:70");
}

TEST_F(CourseRemovalTest, MovesTheCourseIntoTheTrashBin) {
  moodle_.on(kCategory, one_category(9, 0)).on(kUpdate, Json(nullptr));
  EXPECT_TRUE(is<Removed>(run_with(DeletePolicy::kTrashBin)));
  EXPECT_EQ(written(moodle_.row(1)), "id=70 categoryid=9");
}

TEST_F(CourseRemovalTest, DoesNotMoveIntoATrashBinThatDoesNotExist) {
  moodle_.on(kCategory, Json::array());
  const Outcome outcome = run_with(DeletePolicy::kTrashBin);
  ASSERT_TRUE(is<Error>(outcome));
  EXPECT_THAT(std::get<Error>(outcome).message,
              HasSubstr("no category 9, the configured trash_bin"));
}

TEST_F(CourseRemovalTest, TakesACourseThatIsGoneForRemoved) {
  moodle_.on(kDelete, refusal("unknowncourseidnumber"));
  EXPECT_TRUE(is<Removed>(run_with(DeletePolicy::kDelete)));
  moodle_.on(kUpdate, refusal("invalidrecordunknown"));
  EXPECT_TRUE(is<Removed>(run_with(DeletePolicy::kHide)));
}

TEST_F(CourseRemovalTest, ReportsAnyOtherRefusal) {
  moodle_.on(kDelete, refusal("cannotdeletecourse"));
  const Outcome outcome = run_with(DeletePolicy::kDelete);
  ASSERT_TRUE(is<Error>(outcome));
  EXPECT_THAT(std::get<Error>(outcome).message, HasSubstr("course of node:12 (70)"));
}

TEST_F(CourseRemovalTest, LooksForACourseThatALostAnswerMayHaveLeft) {
  source_.on_delete = DeletePolicy::kDelete;
  moodle_.on(kFind, one_course(77, "P1", "12")).on(kDelete, Json(nullptr));
  run_to<Removed>(a_conversation().of_node(12).in_doubt().deleted());
  EXPECT_EQ(written(moodle_.row(1)), "id=77");
}

TEST_F(CourseRemovalTest, FindsACopyThatWasNeverFinishedByTheNameItWasAskedForUnder) {
  source_.on_delete = DeletePolicy::kDelete;
  moodle_.on(kFind, no_course()).on(kFind, one_course(77, "P-old", ""));
  moodle_.on(kDelete, Json(nullptr));
  run_to<Removed>(a_conversation()
                      .of_node(12)
                      .unlinked_but_sent({{"copy asked for", "P-old"}, {"copy awaited", "1"}})
                      .deleted());
  EXPECT_EQ(written(moodle_.row(2)), "id=77");
}

TEST_F(CourseRemovalTest, WaitsForACopyThatMayStillBeMade) {
  source_.on_delete = DeletePolicy::kDelete;
  moodle_.on(kFind, no_course());
  const auto error = run_to<Error>(
      a_conversation().of_node(12).unlinked_but_sent({{"copy asked for", "P-old"}}).deleted());
  EXPECT_EQ(error.code, "copy_may_go_on");
}

TEST_F(CourseRemovalTest, IsDoneWhenALostAnswerLeftNothing) {
  source_.on_delete = DeletePolicy::kDelete;
  moodle_.on(kFind, no_course());
  run_to<Removed>(a_conversation().of_node(12).in_doubt().deleted());
  EXPECT_THAT(moodle_.called(), ElementsAre(kFind));
}

}  // namespace
}  // namespace moodlesync::course

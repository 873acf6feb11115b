#include "unit/components/course/course_fixture.h"

namespace moodlesync::course {
namespace {

using testing::HasSubstr;

class CourseUpdate : public CourseFixture {
 protected:
  static ConversationBuilder a_moved_node(const Sent& differently = {}) {
    return a_synced_node(differently).with_reference("field_category", kTerm3, fakes::known(33));
  }
  void map_visible() { source_.fields["visible"] = "field_visible"; }
};

TEST_F(CourseUpdate, SendsNothingWhenNothingChanged) {
  run_to<Unchanged>(a_synced_node());
  EXPECT_TRUE(moodle_.calls().empty());
}

TEST_F(CourseUpdate, SendsOnlyWhatChanged) {
  moodle_.on(kUpdate, Json(nullptr));
  run_to<Synced>(a_synced_node({{"fullname", "Old"}}));
  EXPECT_EQ(written(moodle_.row(0)), "id=70 fullname=Painting");
  EXPECT_EQ(moodle_.calls()[0].key, "course:70");
  EXPECT_EQ(link_.sent.at("fullname"), "Painting");
}

TEST_F(CourseUpdate, SendsWhatWasClearedAndWhatIsZero) {
  map_visible();
  source_.fields["summary"] = "field_summary";
  source_.custom_fields = {{"room", "field_room", {}}};
  moodle_.on(kUpdate, Json(nullptr));
  run_to<Synced>(a_synced_node({{"visible", "1"},
                                {"summary", "old"},
                                {"summaryformat", "1"},
                                {"customfields[room]", "A"}})
                     .with_field("field_visible", "0", ValueType::kBoolean));
  EXPECT_EQ(written(moodle_.row(0)),
            "id=70 customfields[0][shortname]=room customfields[0][value]= summary= "
            "summaryformat=1 visible=0");
}

TEST_F(CourseUpdate, SendsBothDatesWhenOneChanged) {
  source_.fields["startdate"] = "field_start";
  source_.fields["enddate"] = "field_end";
  moodle_.on(kUpdate, Json(nullptr));
  run_to<Synced>(a_synced_node({{"startdate", "1000"}, {"enddate", "2000"}})
                     .with_field("field_start", "1000", ValueType::kTimestamp));
  EXPECT_EQ(written(moodle_.row(0)), "id=70 enddate=0 startdate=1000");
}

TEST_F(CourseUpdate, LooksAtTheNewCategoryBeforeItMovesThere) {
  moodle_.on(kCategory, one_category(33, 1)).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_moved_node());
  EXPECT_EQ(written(moodle_.row(0)),
            "criteria[0][key]=id criteria[0][value]=33 addsubcategories=0");
  EXPECT_EQ(written(moodle_.row(1)), "id=70 categoryid=33");
}

TEST_F(CourseUpdate, StaysWhereItIsWhenTheNewCategoryDoesNotExist) {
  moodle_.on(kCategory, Json::array());
  const auto error = run_to<Error>(a_moved_node());
  EXPECT_EQ(error.kind, ErrorKind::kRejected);
  EXPECT_EQ(error.code, "unknown_category");
  EXPECT_THAT(error.message, HasSubstr("no category 33 (the category of taxonomy_term:3)"));
  EXPECT_EQ(link_.sent.at("categoryid"), "1");
}

TEST_F(CourseUpdate, TriesLaterWhenTheNewCategoryCannotBeSeenAndReadsMayLie) {
  moodle_.trust_reads(false).on(kCategory, Json::array());
  EXPECT_EQ(run_to<Error>(a_moved_node()).kind, ErrorKind::kTransient);
}

TEST_F(CourseUpdate, ShowsACourseAgainThatMovedIntoAHiddenCategory) {
  map_visible();
  moodle_.on(kCategory, one_category(33, 0));
  moodle_.on(kUpdate, Json(nullptr)).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_moved_node({{"visible", "1"}}).with_field("field_visible", "1"));
  EXPECT_EQ(written(moodle_.row(1)), "id=70 categoryid=33");
  EXPECT_EQ(written(moodle_.row(2)), "id=70 visible=1");
  EXPECT_EQ(link_.sent.at("visible"), "1");
}

TEST_F(CourseUpdate, DoesNotForgetToShowTheCourseAgainWhenThatFails) {
  map_visible();
  moodle_.on(kCategory, one_category(33, 0));
  moodle_.on(kUpdate, Json(nullptr)).on(kUpdate, fakes::lost_answer());
  run_to<Error>(a_moved_node({{"visible", "1"}}).with_field("field_visible", "1"));
  EXPECT_EQ(link_.sent.at("categoryid"), "33");
  EXPECT_FALSE(link_.sent.contains("visible"));
}

TEST_F(CourseUpdate, NeedsNoSecondCallWhenTheMoveItselfShowsTheCourse) {
  map_visible();
  moodle_.on(kCategory, one_category(33, 0)).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_moved_node({{"visible", "0"}}).with_field("field_visible", "1"));
  EXPECT_EQ(written(moodle_.row(1)), "id=70 categoryid=33 visible=1");
}

TEST_F(CourseUpdate, KeepsALanguageThatWasClearedBecauseMoodleCannotClearIt) {
  source_.fields["lang"] = "field_lang";
  run_to<Unchanged>(a_synced_node({{"lang", "de"}}).with_empty("field_lang"));
  EXPECT_EQ(link_.sent.at("lang"), "de");
}

TEST_F(CourseUpdate, IsSkippedWhenMoodleDoesNotKnowItsId) {
  moodle_.on(kUpdate, refusal("invalidrecordunknown")).on(kFind, no_course());
  const auto skipped = run_to<Skipped>(a_synced_node({{"fullname", "Old"}}));
  EXPECT_EQ(skipped.reason, "unknown_id");
  EXPECT_EQ(written(moodle_.row(1)), "field=id value=70");
  EXPECT_EQ(link_.moodle_id, MoodleId{70});
  EXPECT_TRUE(link_.sent.empty());
}

TEST_F(CourseUpdate, IsNotSkippedWhileReadsMayLie) {
  moodle_.trust_reads(false);
  moodle_.on(kUpdate, refusal("invalidrecordunknown")).on(kFind, no_course());
  EXPECT_EQ(run_to<Error>(a_synced_node({{"fullname", "Old"}})).kind, ErrorKind::kTransient);
}

TEST_F(CourseUpdate, TellsAnUnknownCategoryFromAnUnknownCourse) {
  moodle_.on(kCategory, one_category(33, 1));
  moodle_.on(kUpdate, refusal("invalidrecordunknown")).on(kFind, one_course(70, "P1", "12"));
  const auto error = run_to<Error>(a_moved_node());
  EXPECT_EQ(error.kind, ErrorKind::kRejected);
  EXPECT_THAT(error.message, HasSubstr("so category 33"));
}

TEST_F(CourseUpdate, ForgetsARowThatMoodleMayHaveHalfWritten) {
  moodle_.on(kUpdate, refusal("invalidpersistenterror"));
  const auto error = run_to<Error>(a_synced_node({{"fullname", "Old"}}));
  EXPECT_EQ(error.code, "invalidpersistenterror");
  EXPECT_FALSE(link_.sent.contains("fullname"));
  EXPECT_TRUE(link_.sent.contains("shortname"));
}

TEST_F(CourseUpdate, ForgetsWhatItSentWhenTheAnswerWasLost) {
  moodle_.on(kUpdate, fakes::lost_answer());
  run_to<Error>(a_synced_node({{"fullname", "Old"}}));
  EXPECT_FALSE(link_.sent.contains("fullname"));
}

TEST_F(CourseUpdate, KeepsWhatItKnowsWhenNothingWasDone) {
  moodle_.on(kUpdate, Error{ErrorKind::kUnavailable, "sitemaintenance", "later"});
  EXPECT_EQ(run_to<Error>(a_synced_node({{"fullname", "Old"}})).kind, ErrorKind::kUnavailable);
  EXPECT_EQ(link_.sent.at("fullname"), "Old");
}

TEST_F(CourseUpdate, NamesTheHolderOfATakenName) {
  moodle_.on(kUpdate, refusal("shortnametaken")).on(kUpdate, refusal("courseidnumbertaken"));
  moodle_.on(kFind, one_course(77, "P1", "abc", "Drawing"));
  moodle_.on(kFind, one_course(78, "x", "12", "Sculpture"));
  EXPECT_THAT(run_to<Error>(a_synced_node({{"shortname", "old"}})).message,
              HasSubstr("the short name 'P1' belongs to course 77 'Drawing' (idnumber 'abc')"));
  EXPECT_THAT(run_to<Error>(a_synced_node({{"idnumber", "old"}})).message,
              HasSubstr("the idnumber '12' belongs to course 78 'Sculpture'"));
}

TEST_F(CourseUpdate, TriesAgainWhenAnotherCourseOfOursHasTheShortNameStill) {
  moodle_.on(kUpdate, refusal("shortnametaken")).on(kFind, one_course(77, "P1", "13", "Drawing"));
  EXPECT_EQ(run_to<Error>(a_synced_node({{"shortname", "old"}})).kind, ErrorKind::kTransient);
}

TEST_F(CourseUpdate, SendsEverythingWhenMoodlesStateIsUnknown) {
  moodle_.on(kFind, refusal("nopermissions"))
      .on(kFind, refusal("nopermissions"))
      .on(kCategory, one_category(1, 1))
      .on(kUpdate, Json(nullptr));
  run_to<Synced>(a_node().linked_to(70));
  EXPECT_EQ(written(moodle_.row(3)),
            "id=70 categoryid=1 fullname=Painting idnumber=12 shortname=P1");
}

TEST_F(CourseUpdate, SendsOnlyWhatDiffersFromWhatACourseHoldsThatIsTakenOver) {
  moodle_
      .on(kFind, Json{{"id", 70},
                      {"categoryid", 1},
                      {"fullname", "Paint"},
                      {"shortname", "P1"},
                      {"idnumber", nullptr}})
      .on(kUpdate, Json(nullptr));
  run_to<Synced>(a_node().linked_to(70));
  EXPECT_EQ(written(moodle_.row(1)), "id=70 fullname=Painting idnumber=12");
}

TEST_F(CourseUpdate, SkipsACourseThatIsTakenOverAndUnknownToMoodle) {
  moodle_.on(kFind, refusal("php_error")).on(kFind, Json{{"courses", Json::array()}});
  EXPECT_EQ(run_to<Skipped>(a_node().linked_to(70)).reason, "unknown_id");
}

TEST_F(CourseUpdate, WaitsForItsNewCategory) {
  run_to<Waiting>(a_synced_node().with_reference("field_category", kTerm3, fakes::pending()));
}

TEST_F(CourseUpdate, SaysEverythingAgainWhenAnEarlierAttemptMayHaveSaidSomethingElse) {
  moodle_.on(kCategory, one_category(1, 1)).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_synced_node().in_doubt());
  EXPECT_EQ(written(moodle_.row(1)),
            "id=70 categoryid=1 fullname=Painting idnumber=12 shortname=P1");
}

}  // namespace
}  // namespace moodlesync::course

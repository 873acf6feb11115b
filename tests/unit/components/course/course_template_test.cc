#include "unit/components/course/course_fixture.h"

namespace moodlesync::course {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CourseTemplate : public CourseFixture {
 protected:
  CourseTemplate() { source_.template_path = "field_template"; }

  static ConversationBuilder a_copy() {
    return a_node().with_reference("field_template", kTemplate7, fakes::known(50));
  }
  /// A copy was asked for under a name that the node no longer has; its end is not known.
  static ConversationBuilder a_copy_owed() {
    return a_copy().unlinked_but_sent({{"copy asked for", "P-old"}});
  }
  /// The same, after the time in which it must have ended.
  static ConversationBuilder an_awaited_copy() { return a_copy().unlinked_but_sent(kAwaited); }

  inline static const std::map<std::string, std::string, std::less<>> kAwaited{
      {"copy asked for", "P-old"}, {"copy awaited", "1"}};
};

TEST_F(CourseTemplate, IsCopiedAndThenBroughtInStep) {
  source_.fields["summary"] = "field_summary";
  moodle_.on(kCopy, Json{{"id", 70}, {"shortname", "P1"}}).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_copy().with_html("field_summary", "<p>s</p>"));
  EXPECT_EQ(written(moodle_.row(0)),
            "courseid=50 categoryid=1 fullname=Painting shortname=P1 visible=1");
  EXPECT_EQ(moodle_.calls()[0].key, "course:50");
  EXPECT_EQ(written(moodle_.row(1)), "id=70 idnumber=12 summary=<p>s</p> summaryformat=1");
  EXPECT_EQ(link_.moodle_id, MoodleId{70});
}

TEST_F(CourseTemplate, WaitsForItsCourse) {
  const auto waiting =
      run_to<Waiting>(a_node().with_reference("field_template", kTemplate7, fakes::pending()));
  EXPECT_EQ(waiting.component, "course");
  EXPECT_EQ(waiting.entity, kTemplate7);
}

TEST_F(CourseTemplate, ThatHasNoCourseIsNamed) {
  for (const Counterpart& state : {fakes::opted_out(), fakes::nobody()}) {
    const auto error = run_to<Error>(a_node().with_reference("field_template", kTemplate7, state));
    EXPECT_EQ(error.code, "no_template");
    EXPECT_THAT(error.message, HasSubstr("taxonomy_term:7"));
  }
}

TEST_F(CourseTemplate, CannotBeTheCourseItself) {
  const auto error =
      run_to<Error>(a_node().with_reference("field_template", {"node", 12}, fakes::pending()));
  EXPECT_EQ(error.code, "no_template");
}

TEST_F(CourseTemplate, IsNotNeededWhenNoneIsChosen) {
  moodle_.on(kCreate, Json{{"id", 70}});
  run_to<Synced>(a_node().with_empty("field_template"));
}

TEST_F(CourseTemplate, DoesNotConcernACourseThatExists) {
  run_to<Unchanged>(a_synced_node().with_reference("field_template", kTemplate7, fakes::pending()));
}

TEST_F(CourseTemplate, MakesAHiddenCopyWhenAskedTo) {
  source_.template_hidden = true;
  moodle_.on(kCopy, Json{{"id", 70}}).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_copy());
  EXPECT_EQ(moodle_.row(0).get("visible"), "0");
  EXPECT_FALSE(link_.sent.contains("visible"));
}

TEST_F(CourseTemplate, MakesACopyAsVisibleAsTheNodeSays) {
  source_.template_hidden = true;
  source_.fields["visible"] = "field_visible";
  moodle_.on(kCopy, Json{{"id", 70}}).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_copy().with_field("field_visible", "1", ValueType::kBoolean));
  EXPECT_EQ(moodle_.row(0).get("visible"), "1");
  EXPECT_EQ(link_.sent.at("visible"), "1");
}

TEST_F(CourseTemplate, KeepsItsDatesInTheCopyWhenNoneAreMapped) {
  moodle_.on(kCopy, Json{{"id", 70}}).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_copy());
  EXPECT_EQ(written(moodle_.row(1)), "id=70 idnumber=12");
}

TEST_F(CourseTemplate, RemembersACopyWhoseUpdateFailed) {
  moodle_.on(kCopy, Json{{"id", 70}}).on(kUpdate, refusal("dmlwriteexception"));
  run_to<Error>(a_copy());
  EXPECT_EQ(link_.moodle_id, MoodleId{70});
  EXPECT_FALSE(link_.sent.contains("idnumber"));
  EXPECT_TRUE(link_.sent.contains("fullname"));
}

TEST_F(CourseTemplate, WaitsUntilALostCopyMustHaveEnded) {
  moodle_.on(kCopy, fakes::lost_answer());
  const auto error = run_to<Error>(a_copy());
  EXPECT_EQ(error.kind, ErrorKind::kInDoubt);
  EXPECT_EQ(error.retry_after, std::chrono::seconds(360));
}

TEST_F(CourseTemplate, IsCopiedOnlyAfterTheLinkSaysSo) {
  moodle_.on(kCopy, Json{{"id", 70}}).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_copy());
  EXPECT_EQ(ahead_.sent.at("copy asked for"), "P1");
  EXPECT_FALSE(link_.sent.contains("copy asked for"));
}

TEST_F(CourseTemplate, IsNotCopiedAgainWhileALostCopyMayStillBeMade) {
  moodle_.on(kFind, no_course());
  const auto error = run_to<Error>(a_copy_owed().in_doubt());
  EXPECT_EQ(error.code, "copy_may_go_on");
  EXPECT_EQ(error.kind, ErrorKind::kInDoubt);
  EXPECT_EQ(error.retry_after, std::chrono::seconds(360));
  EXPECT_THAT(moodle_.called(), ElementsAre(kFind));
  EXPECT_TRUE(link_.sent.contains("copy awaited"));
}

TEST_F(CourseTemplate, AdoptsACopyThatWasLeftWithoutIdnumber) {
  moodle_.on(kFind, no_course()).on(kFind, one_course(77, "P-old", ""));
  moodle_.on(kCategory, one_category(1, 1)).on(kUpdate, Json(nullptr));
  run_to<Synced>(an_awaited_copy().in_doubt());
  EXPECT_EQ(written(moodle_.row(1)), "field=shortname value=P-old");
  EXPECT_EQ(link_.moodle_id, MoodleId{77});
  EXPECT_EQ(moodle_.row(3).get("idnumber"), "12");
  EXPECT_FALSE(link_.sent.contains("copy asked for"));
}

TEST_F(CourseTemplate, IsCopiedAnewWhenTheLostCopyLeftNothing) {
  moodle_.on(kFind, no_course()).on(kFind, no_course());
  moodle_.on(kCopy, Json{{"id", 70}}).on(kUpdate, Json(nullptr));
  run_to<Synced>(an_awaited_copy().in_doubt());
  EXPECT_EQ(link_.moodle_id, MoodleId{70});
}

TEST_F(CourseTemplate, IsNotForgottenWhenTheTemplateIsTakenAway) {
  moodle_.on(kFind, no_course()).on(kFind, one_course(77, "P-old", ""));
  moodle_.on(kCategory, one_category(1, 1)).on(kUpdate, Json(nullptr));
  run_to<Synced>(a_node().with_empty("field_template").unlinked_but_sent(kAwaited));
  EXPECT_EQ(link_.moodle_id, MoodleId{77});
}

TEST_F(CourseTemplate, DoesNotAdoptAForeignCourseOfTheSameShortName) {
  const std::vector<Json> foreign{one_course(77, "P-old", "abc"),
                                  one_course(77, "P-old", Json(nullptr))};
  for (const Json& course : foreign) {
    moodle_.on(kFind, no_course()).on(kFind, course).on(kCopy, refusal("shortnametaken"));
    moodle_.on(kFind, no_course()).on(kFind, one_course(77, "P1", "abc"));
    const auto error = run_to<Error>(an_awaited_copy().in_doubt());
    EXPECT_EQ(error.code, "shortnametaken");
    EXPECT_THAT(error.message, HasSubstr("belongs to course 77"));
  }
}

TEST_F(CourseTemplate, IsNotLookedForByShortNameWhenNothingWasCopied) {
  moodle_.on(kFind, no_course()).on(kCreate, Json{{"id", 70}});
  run_to<Synced>(a_node().with_empty("field_template").in_doubt());
  EXPECT_THAT(moodle_.called(), ElementsAre(kFind, kCreate));
}

TEST_F(CourseTemplate, SaysThatAFailedCopyMayHaveLeftATorso) {
  moodle_.on(kCopy, refusal("backupprecheckerrors"));
  EXPECT_THAT(run_to<Error>(a_copy()).message, HasSubstr("under the short name 'P1'"));
}

TEST_F(CourseTemplate, SaysThatItsCourseOrCategoryIsUnknown) {
  moodle_.on(kCopy, refusal("invalidcourseid")).on(kCopy, refusal("invalidrecordunknown"));
  EXPECT_THAT(run_to<Error>(a_copy()).message, HasSubstr("template's course does not exist"));
  EXPECT_THAT(run_to<Error>(a_copy()).message, HasSubstr("category 1 (category.fallback)"));
}

}  // namespace
}  // namespace moodlesync::course

#include "unit/components/course/course_fixture.h"

namespace moodlesync::course {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CourseCreate : public CourseFixture {};

TEST_F(CourseCreate, SaysVisibilityAndDatesSoThatMoodlesVersionsDoNotDiffer) {
  moodle_.on(kCreate, Json{{"id", 70}, {"shortname", "P1"}});
  run_to<Synced>(a_node());
  EXPECT_EQ(written(moodle_.row(0)),
            "categoryid=1 enddate=0 fullname=Painting idnumber=12 shortname=P1 startdate=0 "
            "visible=1");
  EXPECT_EQ(link_.moodle_id, MoodleId{70});
  EXPECT_EQ(link_.sent.at("fullname"), "Painting");
  EXPECT_FALSE(link_.sent.contains("visible"));
  EXPECT_TRUE(made_);
}

TEST_F(CourseCreate, IsSerialisedPerCategory) {
  moodle_.on(kCreate, Json{{"id", 70}});
  run_to<Synced>(a_node().with_reference("field_category", kTerm3, fakes::known(33)));
  EXPECT_EQ(moodle_.calls()[0].key, "categories") << "as the writes of categories";
  EXPECT_EQ(moodle_.row(0).get("categoryid"), "33");
}

TEST_F(CourseCreate, WaitsForItsCategory) {
  const auto waiting =
      run_to<Waiting>(a_node().with_reference("field_category", kTerm3, fakes::pending()));
  EXPECT_EQ(waiting.component, "category");
  EXPECT_EQ(waiting.entity, kTerm3);
  EXPECT_EQ(waiting.bundle, "target_bundle");
}

TEST_F(CourseCreate, TakesTheFallbackWhenItsTermHasNoCategory) {
  source_.fallback_category = MoodleId{5};
  moodle_.on(kCreate, Json{{"id", 70}}).on(kCreate, Json{{"id", 71}});
  run_to<Synced>(a_node().with_reference("field_category", kTerm3, fakes::opted_out()));
  run_to<Synced>(a_node().with_reference("field_category", kTerm3, fakes::nobody()));
  EXPECT_EQ(moodle_.row(0).get("categoryid"), "5");
  EXPECT_EQ(moodle_.row(1).get("categoryid"), "5");
}

TEST_F(CourseCreate, TakesTheFixedCategory) {
  source_.category_path.clear();
  source_.fixed_category = MoodleId{8};
  moodle_.on(kCreate, Json{{"id", 70}});
  run_to<Synced>(a_node());
  EXPECT_EQ(moodle_.row(0).get("categoryid"), "8");
}

TEST_F(CourseCreate, SendsAllCustomFieldsAndMappedValues) {
  source_.fields["visible"] = "field_visible";
  source_.custom_fields = {{"ects", "field_ects", {}}, {"room", "field_room", {}}};
  moodle_.on(kCreate, Json{{"id", 70}});
  run_to<Synced>(a_node()
                     .with_field("field_visible", "0", ValueType::kBoolean)
                     .with_field("field_ects", "5", ValueType::kNumber)
                     .with_field("field_room", "A <b>1</b>"));
  EXPECT_THAT(written(moodle_.row(0)),
              HasSubstr("customfields[0][shortname]=ects customfields[0][value]=5 "
                        "customfields[1][shortname]=room customfields[1][value]=A 1 "));
  EXPECT_EQ(moodle_.row(0).get("visible"), "0");
  EXPECT_EQ(link_.sent.at("customfields[room]"), "A 1");
}

TEST_F(CourseCreate, IsRejectedWithoutAShortName) {
  const auto error = run_to<Error>(
      a_conversation().of_node(12).with_field("title", "Painting").with_empty("field_short"));
  EXPECT_EQ(error.kind, ErrorKind::kRejected);
  EXPECT_EQ(error.code, "missing_value");
  EXPECT_EQ(error.message, "course of node:12: shortname is empty; Moodle needs a text there");
}

TEST_F(CourseCreate, IsAdoptedWhenItsShortNameIsTakenByItself) {
  moodle_.on(kCreate, refusal("shortnametaken"));
  moodle_.on(kFind, one_course(77, "P1", "12"));
  moodle_.on(kCategory, one_category(1, 1));
  moodle_.on(kUpdate, Json(nullptr));
  run_to<Synced>(a_node());
  EXPECT_EQ(link_.moodle_id, MoodleId{77});
  EXPECT_EQ(written(moodle_.row(1)), "field=idnumber value=12");
  EXPECT_EQ(written(moodle_.row(3)),
            "id=77 categoryid=1 fullname=Painting idnumber=12 shortname=P1");
  EXPECT_FALSE(made_) << "who knows what is in it";
}

TEST_F(CourseCreate, NamesTheHolderOfItsShortName) {
  moodle_.on(kCreate, refusal("shortnametaken"));
  moodle_.on(kFind, no_course()).on(kFind, one_course(77, "P1", "abc", "Drawing"));
  const auto error = run_to<Error>(a_node());
  EXPECT_EQ(error.kind, ErrorKind::kRejected);
  EXPECT_EQ(error.code, "shortnametaken");
  EXPECT_THAT(error.message, HasSubstr("the short name 'P1' belongs to course 77 'Drawing' "
                                       "(idnumber 'abc')"));
  EXPECT_EQ(link_.moodle_id, std::nullopt);
}

TEST_F(CourseCreate, IsAdoptedWhenItsIdnumberIsTaken) {
  moodle_.on(kCreate, refusal("courseidnumbertaken"));
  moodle_.on(kFind, one_course(77, "old", "12"));
  moodle_.on(kCategory, one_category(1, 1));
  moodle_.on(kUpdate, Json(nullptr));
  run_to<Synced>(a_node());
  EXPECT_EQ(link_.moodle_id, MoodleId{77});
}

TEST_F(CourseCreate, SaysWhichCategoryMoodleDoesNotKnow) {
  moodle_.on(kCreate, refusal("errorcatcontextnotvalid"));
  const auto error =
      run_to<Error>(a_node().with_reference("field_category", kTerm3, fakes::known(33)));
  EXPECT_THAT(error.message, HasSubstr("category 33 (the category of taxonomy_term:3)"));
}

TEST_F(CourseCreate, IsLookedUpByIdnumberAfterALostAnswer) {
  moodle_.on(kFind, one_course(77, "P1", "12"));
  moodle_.on(kCategory, one_category(1, 1));
  moodle_.on(kUpdate, Json(nullptr));
  run_to<Synced>(a_node().in_doubt());
  EXPECT_EQ(link_.moodle_id, MoodleId{77});
}

TEST_F(CourseCreate, HappensAfterALostAnswerWhenMoodleHasNone) {
  moodle_.on(kFind, no_course());
  moodle_.on(kCreate, Json{{"id", 70}});
  run_to<Synced>(a_node().in_doubt());
  EXPECT_THAT(moodle_.called(), ElementsAre(kFind, kCreate));
}

TEST_F(CourseCreate, DoesNotHappenInDoubtWhileReadsMayLie) {
  moodle_.trust_reads(false).on(kFind, no_course());
  const auto error = run_to<Error>(a_node().in_doubt());
  EXPECT_EQ(error.kind, ErrorKind::kTransient);
}

TEST_F(CourseCreate, OfATermNamesItselfAfterIt) {
  source_.fields.erase("shortname");
  moodle_.on(kCreate, Json{{"id", 70}});
  run_to<Synced>(a_conversation().of_term(7).with_field("title", "Template"));
  EXPECT_EQ(moodle_.row(0).get("shortname"), "template_7");
}

TEST_F(CourseCreate, ExplainsWhatMoodlesCodesLeaveOpen) {
  source_.fields["lang"] = "field_lang";
  moodle_.on(kCreate, refusal("errorinvalidparam"));
  EXPECT_THAT(run_to<Error>(a_node().with_field("field_lang", "de")).message,
              HasSubstr("language pack 'de' is not installed"));
  moodle_.on(kCreate, refusal("dmlwriteexception"));
  const auto too_long = run_to<Error>(a_conversation()
                                          .of_node(12)
                                          .with_field("title", std::string(300, 'x'))
                                          .with_field("field_short", "P1"));
  EXPECT_THAT(too_long.message, HasSubstr("fullname has 300 characters"));
}

TEST_F(CourseCreate, IsInDoubtWhenMoodleGivesNoId) {
  moodle_.on(kCreate, Json::array());
  EXPECT_EQ(run_to<Error>(a_node()).kind, ErrorKind::kInDoubt);
}

}  // namespace
}  // namespace moodlesync::course

#include "components/category/category.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/call_keys.h"
#include "components/category/functions.h"
#include "support/fakes/conversation_builder.h"
#include "support/fakes/fake_moodle.h"

namespace moodlesync::category {
namespace {

using fakes::a_conversation;
using fakes::ConversationBuilder;
using fakes::refusal;
using fakes::written;
using testing::HasSubstr;
using Sent = std::map<std::string, std::string, std::less<>>;

const EntityRef kParent{"taxonomy_term", 3};

CategorySource a_source() {
  CategorySource source;
  source.spec.component = "category";
  source.spec.name = "topics";
  source.name_path = "name";
  source.description_path = "field_description";
  source.parent_path = "parent";
  return source;
}

Json found(std::int64_t id, const std::string& idnumber, const std::string& name = "Other") {
  return Json::array({{{"id", id}, {"name", name}, {"idnumber", idnumber}}});
}

class CategoryTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(moodle_.unused_answers(), 0U); }

  Outcome run(const ConversationBuilder& builder) {
    component_ = std::make_unique<Category>(std::vector{source_});
    Conversation conversation = builder.with(component_->sources()[0], moodle_);
    Outcome outcome = moodle_.drive(component_->converse(conversation));
    link_ = conversation.link;
    return outcome;
  }
  template <class T>
  T run_to(const ConversationBuilder& builder) {
    Outcome outcome = run(builder);
    EXPECT_TRUE(std::holds_alternative<T>(outcome)) << outcome_name(outcome);
    return std::holds_alternative<T>(outcome) ? std::get<T>(std::move(outcome)) : T{};
  }

  static ConversationBuilder a_term() {
    return a_conversation().of_term(5).with_field("name", "Arts").with_empty("field_description");
  }
  /// A term that Moodle agrees with.
  static ConversationBuilder a_synced_term(const Sent& differently = {}) {
    Sent sent{{"name", "Arts"},
              {"idnumber", "5"},
              {"parent", "0"},
              {"description", ""},
              {"descriptionformat", "1"}};
    for (const auto& [field, value] : differently) sent[field] = value;
    return a_term().linked_to(40, sent);
  }

  CategorySource source_ = a_source();
  fakes::FakeMoodle moodle_;
  std::unique_ptr<Category> component_;
  Link link_;
};

TEST_F(CategoryTest, SendsOnlyWhatDiffersFromWhatACategoryHoldsThatIsTakenOver) {
  moodle_
      .on("core_course_get_categories", Json{{"id", 40},
                                             {"name", "Art"},
                                             {"idnumber", "5"},
                                             {"parent", 0},
                                             {"description", ""},
                                             {"descriptionformat", 1}})
      .on("core_course_update_categories", Json());
  run_to<Synced>(a_term().linked_to(40));
  EXPECT_EQ(written(moodle_.row(1)), "id=40 name=Arts");
  EXPECT_EQ(link_.sent.at("name"), "Arts");
}

TEST_F(CategoryTest, SendsNothingToACategoryThatIsTakenOverAndAgrees) {
  moodle_.on("core_course_get_categories", Json{{"id", 40},
                                                {"name", "Arts"},
                                                {"idnumber", "5"},
                                                {"parent", 0},
                                                {"description", ""},
                                                {"descriptionformat", 1}});
  run_to<Unchanged>(a_term().linked_to(40));
  EXPECT_EQ(link_.sent.at("parent"), "0");
}

TEST_F(CategoryTest, SkipsACategoryThatIsTakenOverAndUnknownToMoodle) {
  moodle_.on("core_course_get_categories", Json());
  EXPECT_EQ(run_to<Skipped>(a_term().linked_to(40)).reason, "unknown_id");
}

TEST_F(CategoryTest, IsCreatedWithAllItsValuesAndRemembersThem) {
  moodle_.on("core_course_create_categories", Json{{"id", 40}, {"name", "Arts"}});
  run_to<Synced>(a_term().with_html("field_description", "<p>x</p>"));
  EXPECT_EQ(written(moodle_.row(0)),
            "description=<p>x</p> descriptionformat=1 idnumber=5 name=Arts parent=0");
  EXPECT_EQ(moodle_.calls()[0].key, base::kCategoryTreeKey);
  EXPECT_EQ(link_.moodle_id, MoodleId{40});
  EXPECT_EQ(link_.sent.at("description"), "<p>x</p>");
}

TEST_F(CategoryTest, IsCreatedBelowItsParentsCategory) {
  moodle_.on("core_course_create_categories", Json{{"id", 40}});
  run_to<Synced>(a_term().with_reference("parent", kParent, fakes::known(12)));
  EXPECT_EQ(moodle_.row(0).get("parent"), "12");
}

TEST_F(CategoryTest, WaitsForItsParent) {
  const auto waiting =
      run_to<Waiting>(a_term().with_reference("parent", kParent, fakes::pending()));
  EXPECT_EQ(waiting.component, "category");
  EXPECT_EQ(waiting.entity, kParent);
  EXPECT_EQ(waiting.bundle, "target_bundle");
  EXPECT_TRUE(moodle_.calls().empty());
}

TEST_F(CategoryTest, TakesTheFirstOfSeveralParents) {
  moodle_.on("core_course_create_categories", Json{{"id", 40}});
  run_to<Synced>(a_term()
                     .with_reference("parent", kParent, fakes::known(12))
                     .with_reference("parent", {"taxonomy_term", 4}, fakes::known(13)));
  EXPECT_EQ(moodle_.row(0).get("parent"), "12");
}

TEST_F(CategoryTest, IsAtTheTopWhenItsParentIsTheRoot) {
  moodle_.on("core_course_create_categories", Json{{"id", 40}});
  run_to<Synced>(a_term().with_reference("parent", {"taxonomy_term", 0}, fakes::nobody()));
  EXPECT_EQ(moodle_.row(0).get("parent"), "0");
}

TEST_F(CategoryTest, IsNotCreatedWhenItsParentIsOptedOut) {
  const auto skipped =
      run_to<Skipped>(a_term().with_reference("parent", kParent, fakes::opted_out()));
  EXPECT_EQ(skipped.reason, "parent_opted_out");
  EXPECT_THAT(skipped.detail, HasSubstr("taxonomy_term:3"));
}

TEST_F(CategoryTest, IsNotCreatedWhenItsParentGetsNoCategory) {
  EXPECT_EQ(run_to<Skipped>(a_term().with_reference("parent", kParent, fakes::nobody())).reason,
            "no_parent");
}

TEST_F(CategoryTest, StaysWhereItIsWhenItsParentIsOptedOutLater) {
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Synced>(a_synced_term({{"name", "Old"}, {"parent", "12"}})
                     .with_reference("parent", kParent, fakes::opted_out()));
  EXPECT_EQ(written(moodle_.row(0)), "id=40 name=Arts");
  EXPECT_EQ(link_.sent.at("parent"), "12");
}

TEST_F(CategoryTest, SendsNothingWhenNothingChanged) {
  run_to<Unchanged>(a_synced_term());
  EXPECT_TRUE(moodle_.calls().empty());
}

TEST_F(CategoryTest, SendsOnlyWhatChanged) {
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Synced>(a_synced_term({{"name", "Old"}}));
  EXPECT_EQ(written(moodle_.row(0)), "id=40 name=Arts");
  EXPECT_EQ(moodle_.calls()[0].key, base::kCategoryTreeKey);
  EXPECT_EQ(link_.sent.at("name"), "Arts");
}

TEST_F(CategoryTest, IsMovedBelowItsNewParent) {
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Synced>(a_synced_term().with_reference("parent", kParent, fakes::known(12)));
  EXPECT_EQ(written(moodle_.row(0)), "id=40 parent=12");
}

TEST_F(CategoryTest, LosesADescriptionThatWasCleared) {
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Synced>(a_synced_term({{"description", "<p>old</p>"}}));
  EXPECT_EQ(written(moodle_.row(0)), "id=40 description=");
}

TEST_F(CategoryTest, ShowsAPlainTextDescriptionAsItIsWritten) {
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Synced>(a_conversation()
                     .of_term(5)
                     .with_field("name", "Arts")
                     .with_field("field_description", "5<6 & more")
                     .linked_to(40, {{"name", "Arts"}, {"idnumber", "5"}, {"parent", "0"}}));
  EXPECT_EQ(written(moodle_.row(0)), "id=40 description=5<6 & more descriptionformat=2");
}

TEST_F(CategoryTest, SendsAPlainFormatAgainBecauseMoodleWouldResetIt) {
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Synced>(a_conversation()
                     .of_term(5)
                     .with_field("name", "Arts")
                     .with_field("field_description", "plain")
                     .linked_to(40, {{"name", "Old"},
                                     {"idnumber", "5"},
                                     {"parent", "0"},
                                     {"description", "plain"},
                                     {"descriptionformat", "2"}}));
  EXPECT_EQ(written(moodle_.row(0)), "id=40 name=Arts descriptionformat=2");
}

TEST_F(CategoryTest, LeavesDescriptionsAloneWhenNoneIsMapped) {
  source_.description_path.clear();
  moodle_.on("core_course_create_categories", Json{{"id", 40}});
  run_to<Synced>(a_term());
  EXPECT_EQ(written(moodle_.row(0)), "idnumber=5 name=Arts parent=0");
}

TEST_F(CategoryTest, HasItsNameCleanedForMoodle) {
  moodle_.on("core_course_create_categories", Json{{"id", 40}});
  run_to<Synced>(a_conversation().of_term(5).with_field("name", "<b>Müller</b> <Söhne>"));
  EXPECT_EQ(moodle_.row(0).get("name"), "Müller < Söhne>");
}

TEST_F(CategoryTest, IsRejectedBeforeSendingWhenItsNameIsTooLong) {
  const auto error =
      run_to<Error>(a_conversation().of_term(5).with_field("name", std::string(256, 'x')));
  EXPECT_EQ(error.code, "too_long");
  EXPECT_EQ(error.message,
            "category of taxonomy_term:5: name has 256 characters; Moodle takes at most 255");
}

TEST_F(CategoryTest, CarriesThePrefixInItsIdnumber) {
  source_.idnumber_prefix = "site2-";
  moodle_.on("core_course_create_categories", Json{{"id", 40}});
  run_to<Synced>(a_term());
  EXPECT_EQ(moodle_.row(0).get("idnumber"), "site2-5");
}

TEST_F(CategoryTest, IsSkippedWhenMoodleDoesNotKnowItsId) {
  moodle_.on("core_course_update_categories", refusal("unknowncategory"));
  const auto skipped = run_to<Skipped>(a_synced_term({{"name", "Old"}}));
  EXPECT_EQ(skipped.reason, "unknown_id");
  EXPECT_EQ(link_.moodle_id, MoodleId{40});
  EXPECT_TRUE(link_.sent.empty());
}

TEST_F(CategoryTest, IsLookedUpBeforeItIsCreatedAfterALostAnswer) {
  moodle_.on("core_course_get_categories", found(40, "5"));
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Synced>(a_term().in_doubt());
  EXPECT_EQ(written(moodle_.row(0)),
            "criteria[0][key]=idnumber criteria[0][value]=5 addsubcategories=0");
  EXPECT_EQ(moodle_.row(1).get("id"), "40");
  EXPECT_EQ(moodle_.row(1).get("name"), "Arts");
  EXPECT_EQ(link_.moodle_id, MoodleId{40});
}

TEST_F(CategoryTest, SaysEverythingAgainWhenAnEarlierAttemptMayHaveSaidSomethingElse) {
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Synced>(a_synced_term().in_doubt());
  EXPECT_EQ(written(moodle_.row(0)),
            "id=40 description= descriptionformat=1 idnumber=5 name=Arts parent=0");
}

TEST_F(CategoryTest, IsCreatedAfterALostAnswerWhenMoodleHasNone) {
  moodle_.on("core_course_get_categories", Json::array());
  moodle_.on("core_course_create_categories", Json{{"id", 40}});
  run_to<Synced>(a_term().in_doubt());
}

TEST_F(CategoryTest, IsNotCreatedInDoubtWhileReadsMayLie) {
  moodle_.trust_reads(false).on("core_course_get_categories", Json::array());
  const auto error = run_to<Error>(a_term().in_doubt());
  EXPECT_EQ(error.kind, ErrorKind::kTransient);
  EXPECT_EQ(error.code, "reads_untrusted");
}

TEST_F(CategoryTest, IsAdoptedWhenItsIdnumberIsTaken) {
  moodle_.on("core_course_create_categories", refusal("categoryidnumbertaken"));
  moodle_.on("core_course_get_categories", found(41, "5"));
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Synced>(a_term());
  EXPECT_EQ(link_.moodle_id, MoodleId{41});
  EXPECT_EQ(written(moodle_.row(2)),
            "id=41 description= descriptionformat=1 idnumber=5 name=Arts parent=0");
}

TEST_F(CategoryTest, IsRejectedWhenTheHolderOfItsIdnumberCannotBeSeen) {
  moodle_.on("core_course_create_categories", refusal("categoryidnumbertaken"));
  moodle_.on("core_course_get_categories", found(41, "55"));
  const auto error = run_to<Error>(a_term());
  EXPECT_EQ(error.kind, ErrorKind::kRejected);
  EXPECT_THAT(error.message, HasSubstr("idnumber 5 is taken"));
}

TEST_F(CategoryTest, NamesTheHolderOfItsIdnumberOnUpdate) {
  moodle_.on("core_course_update_categories", refusal("categoryidnumbertaken"));
  moodle_.on("core_course_get_categories", found(41, "5", "Kunst"));
  const auto error = run_to<Error>(a_synced_term({{"idnumber", "old"}}));
  EXPECT_EQ(error.code, "categoryidnumbertaken");
  EXPECT_THAT(error.message, HasSubstr("belongs to category 41 'Kunst'"));
}

TEST_F(CategoryTest, TriesLaterWhenItsNewParentIsStillBelowIt) {
  moodle_.on("core_course_update_categories", refusal("cannotmovecategory"));
  const auto error =
      run_to<Error>(a_synced_term().with_reference("parent", kParent, fakes::known(12)));
  EXPECT_EQ(error.kind, ErrorKind::kTransient);
  EXPECT_EQ(link_.sent.at("parent"), "0");
}

TEST_F(CategoryTest, SaysWhichParentMoodleDoesNotKnow) {
  moodle_.on("core_course_update_categories", refusal("invalidrecordunknown"));
  moodle_.on("core_course_create_categories", refusal("unknowcategory"));
  const auto parent = [](ConversationBuilder builder) {
    return builder.with_reference("parent", kParent, fakes::known(12));
  };
  EXPECT_THAT(run_to<Error>(parent(a_synced_term())).message, HasSubstr("no category 12"));
  EXPECT_THAT(run_to<Error>(parent(a_term())).message, HasSubstr("no category 12"));
}

TEST_F(CategoryTest, ForgetsWhatItSentWhenTheAnswerWasLost) {
  moodle_.on("core_course_update_categories", fakes::lost_answer());
  EXPECT_EQ(run_to<Error>(a_synced_term({{"name", "Old"}})).kind, ErrorKind::kInDoubt);
  EXPECT_FALSE(link_.sent.contains("name"));
  EXPECT_TRUE(link_.sent.contains("idnumber"));
}

TEST_F(CategoryTest, IsInDoubtWhenMoodleGivesNoId) {
  moodle_.on("core_course_create_categories", Json{{"name", "Arts"}});
  EXPECT_EQ(run_to<Error>(a_term()).kind, ErrorKind::kInDoubt);
}

TEST_F(CategoryTest, StaysWhereItIsWhenItsTermIsDeletedAndThereIsNoTrashBin) {
  run_to<Removed>(a_synced_term().deleted());
  EXPECT_TRUE(moodle_.calls().empty());
}

TEST_F(CategoryTest, GoesIntoTheTrashBinWhenItsTermIsDeleted) {
  source_.trash_bin = MoodleId{9};
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Removed>(a_synced_term({{"descriptionformat", "2"}}).deleted());
  EXPECT_EQ(written(moodle_.row(0)), "id=40 parent=9 descriptionformat=2");
}

TEST_F(CategoryTest, IsRemovedWhenMoodleHasDeletedItAlready) {
  source_.trash_bin = MoodleId{9};
  moodle_.on("core_course_update_categories", refusal("unknowncategory"));
  run_to<Removed>(a_synced_term().deleted());
}

TEST_F(CategoryTest, SaysThatTheTrashBinDoesNotExist) {
  source_.trash_bin = MoodleId{9};
  moodle_.on("core_course_update_categories", refusal("invalidrecordunknown"));
  EXPECT_THAT(run_to<Error>(a_synced_term().deleted()).message,
              HasSubstr("no category 9, the configured trash_bin"));
}

TEST_F(CategoryTest, IsLookedUpForTheTrashBinAfterALostAnswer) {
  source_.trash_bin = MoodleId{9};
  moodle_.on("core_course_get_categories", found(40, "5"));
  moodle_.on("core_course_update_categories", Json(nullptr));
  run_to<Removed>(a_conversation().of_term(5).in_doubt().deleted());
  EXPECT_EQ(written(moodle_.row(1)), "id=40 parent=9");
}

TEST_F(CategoryTest, IsRemovedAfterALostAnswerThatCreatedNothing) {
  source_.trash_bin = MoodleId{9};
  moodle_.on("core_course_get_categories", Json::array());
  run_to<Removed>(a_conversation().of_term(5).in_doubt().deleted());
}

}  // namespace
}  // namespace moodlesync::category

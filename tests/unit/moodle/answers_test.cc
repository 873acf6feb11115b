#include "moodle/answers.h"

#include <gtest/gtest.h>

#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

std::vector<Result<Json>> deal(const Function& function, const std::vector<Call>& calls,
                               std::string_view answer) {
  std::vector<const Params*> rows;
  rows.reserve(calls.size());
  for (const Call& call : calls) rows.push_back(&call.row);
  return deal_out(function, rows, Json::parse(answer));
}

TEST(Answers, GivesTheNthElementToTheNthRow) {
  const auto results =
      deal(kCreate, {create_course("a"), create_course("b")}, R"([{"id":1},{"id":2}])");
  EXPECT_EQ((*results[1])["id"], 2);
}

TEST(Answers, DoubtsAllRowsWhenOneAnswerIsMissing) {
  const auto results = deal(kCreate, {create_course("a"), create_course("b")}, R"([{"id":1}])");
  EXPECT_EQ(results[0].error().kind, ErrorKind::kInDoubt);
  EXPECT_EQ(results[1].error().kind, ErrorKind::kInDoubt);
}

TEST(Answers, FindsARowsObjectByItsValue) {
  const auto results = deal(kLookUp, {look_up("a"), look_up("b"), look_up("b")},
                            R"([{"id":2,"username":"b"},{"id":9,"username":"c"}])");
  EXPECT_TRUE(results[0]->is_null());
  EXPECT_EQ((*results[1])["id"], 2);
  EXPECT_EQ((*results[2])["id"], 2);
}

TEST(Answers, MatchesNumbersWithTheTextThatWasSent) {
  constexpr Function kById{.name = "f",
                           .effect = Function::Effect::kRead,
                           .list = "criteria",
                           .answer = Function::Answer::kMatch,
                           .match = "id"};
  const auto results = deal(kById, {update_course("12")}, R"([{"id":12}])");
  EXPECT_EQ((*results[0])["id"], 12);
}

constexpr Function kAddMember{.name = "core_cohort_add_cohort_members",
                              .list = "members",
                              .answer = Function::Answer::kWarnings,
                              .done_code = "3",
                              .repeatable = true};

TEST(Answers, TakesAWarningThatTheRowWasDoneBeforeForSuccess) {
  const auto results = deal(kAddMember, {update_course("5"), update_course("6")},
                            R"({"warnings":[{"warningcode":"3","message":"already exists"}]})");
  EXPECT_TRUE(results[0]);
  EXPECT_TRUE(results[1]);
}

TEST(Answers, SeesAWarningThatNamesNoRow) {
  const Json stray = Json::parse(R"({"warnings":[{"warningcode":"2","message":"not exists"}]})");
  const Json done = Json::parse(R"({"warnings":[{"warningcode":"3","message":"exists"}]})");
  const Json named = Json::parse(R"({"warnings":[{"itemid":5,"warningcode":"2","message":""}]})");
  EXPECT_TRUE(has_stray_warning(kAddMember, stray));
  EXPECT_FALSE(has_stray_warning(kAddMember, done));
  EXPECT_FALSE(has_stray_warning(kAddMember, named));
}

TEST(Answers, RejectsOnlyTheRowThatTheWarningNames) {
  const auto results = deal(
      kUpdate, {update_course("5"), update_course("6")},
      R"({"warnings":[{"item":"course","itemid":6,"warningcode":"shortnametaken","message":"Taken"}]})");
  EXPECT_TRUE(results[0]->is_null());
  EXPECT_EQ(results[1].error().kind, ErrorKind::kRejected);
  EXPECT_EQ(results[1].error().code, "shortnametaken");
  EXPECT_EQ(results[1].error().message, "core_course_update_courses: Taken [shortnametaken]");
}

TEST(Answers, GivesAWarningThatNamesNobodyToAll) {
  const auto results = deal(kUpdate, {update_course("5"), update_course("6")},
                            R"({"warnings":[{"warningcode":"2","message":"gone"}]})");
  EXPECT_EQ(results[0].error().code, "2");
  EXPECT_EQ(results[1].error().code, "2");
}

TEST(Answers, LeavesOthersAloneWhenTheWarningMayConcernAWithdrawnRow) {
  const Call kept = update_course("5");
  const std::vector<const Params*> rows{&kept.row, nullptr};
  const auto results =
      deal_out(kUpdate, rows, Json::parse(R"({"warnings":[{"itemid":6,"warningcode":"x"}]})"));
  EXPECT_TRUE(results[0].has_value());
}

TEST(Answers, DoesNotBlameRowsForTheStateOfTheAccount) {
  const auto results =
      deal(kUpdate, {update_course("5")},
           R"({"warnings":[{"itemid":5,"warningcode":"forcepasswordchangenotice"}]})");
  EXPECT_EQ(results[0].error().kind, ErrorKind::kConfig);
}

TEST(Answers, DoubtsAnAnswerOfAnotherForm) {
  EXPECT_EQ(deal(kUpdate, {update_course("5")}, "null")[0].error().kind, ErrorKind::kInDoubt);
  EXPECT_EQ(deal(kLookUp, {look_up("a")}, "{}")[0].error().kind, ErrorKind::kTransient);
  EXPECT_EQ(deal(kLookUp, {look_up("a")}, "[1]")[0].error().kind, ErrorKind::kTransient);
}

TEST(Answers, GivesNothingWhereMoodleAnswersNothing) {
  EXPECT_TRUE(deal(kEnrol, {enrol("1"), enrol("2")}, "null")[1]->is_null());
}

TEST(Answers, GivesTheWholeAnswerToASingleRow) {
  EXPECT_EQ((*deal(kDuplicate, {duplicate("5")}, R"({"id":3})")[0])["id"], 3);
}

}  // namespace
}  // namespace moodlesync::moodle

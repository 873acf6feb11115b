#include "app/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commands_fixture.h"

namespace moodlesync::app {
namespace {

using testing::HasSubstr;
using testing::Not;

const TaskKey kKey{"thing", "main", {"node", 12}};

class ExplainTest : public CommandsTest {
 protected:
  void save() {
    Entity entity;
    entity.ref = kKey.entity;
    entity.exists = true;
    entity.bundle = "course";
    entity.fields["title"] = {{ValueType::kText, "Algebra"}};
    state_.reader.set(entity);
  }
  ExitCode explain_it(bool json = false) {
    return run(&explain, {.json = json, .parked = {.entity = kKey.entity}});
  }
};

TEST_F(ExplainTest, ShowsDrupalTheLinkTheTaskAndWhatComesNext) {
  save();
  Dossier::OwedTask task;
  task.key = kKey;
  task.state = "parked";
  task.code = "shortnametaken";
  task.message = "shortname 'A' is taken";
  Dossier::KnownLink link;
  link.key = kKey;
  link.link.moodle_id = MoodleId{57};
  link.link.sent["fullname"] = "Algebra I";
  state_.dossiers.dossier.tasks = {task};
  state_.dossiers.dossier.links = {link};
  state_.dossiers.dossier.waiting_for = {{"enrollments", "course", {"node", 12}}};
  EXPECT_EQ(explain_it(), ExitCode::kOk) << err();
  EXPECT_THAT(out(), HasSubstr("node:12\n\nthing, source main\n"));
  EXPECT_THAT(out(), HasSubstr("bundle course, published, Moodle id in Drupal: none"));
  EXPECT_THAT(out(), HasSubstr("title = Algebra\n"));
  EXPECT_THAT(out(), HasSubstr("Moodle id 57, last stored 0s ago"));
  EXPECT_THAT(out(), HasSubstr("told: fullname = Algebra I\n"));
  EXPECT_THAT(out(), HasSubstr("shortname 'A' is taken [shortnametaken]"));
  EXPECT_THAT(out(), HasSubstr("parked retry --entity node:12"));
  EXPECT_THAT(out(), HasSubstr("Waiting for it\n             enrollments/course node:12"));
}

TEST_F(ExplainTest, TellsMachinesTheSame) {
  save();
  EXPECT_EQ(explain_it(true), ExitCode::kOk) << err();
  const auto part = json().at("parts").at(0);
  EXPECT_EQ(json().at("entity"), "node:12");
  EXPECT_EQ(part.at("component"), "thing");
  EXPECT_EQ(part.at("drupal").at("fields").at("title").at(0).at("text"), "Algebra");
  EXPECT_TRUE(part.at("link").is_null());
  EXPECT_TRUE(part.at("task").is_null());
  EXPECT_EQ(part.at("next").size(), 1U);
}

TEST_F(ExplainTest, AnswersAllTheSameWhenMoodleIsAway) {
  save();
  preflights_ = {Error{ErrorKind::kUnavailable, "http_503", "Moodle answers with 503"}};
  EXPECT_EQ(explain_it(), ExitCode::kOk) << err();
  EXPECT_THAT(out(), HasSubstr("could not be asked: Moodle answers with 503"));
  EXPECT_THAT(out(), HasSubstr("title = Algebra"));
}

TEST_F(ExplainTest, SaysWhyNothingIsKnownOfAnEntity) {
  EXPECT_EQ(explain_it(), ExitCode::kOk) << err();
  EXPECT_THAT(out(), HasSubstr("is not in Drupal, or is of a bundle that no source names"));
  EXPECT_EQ(run(&explain, {.parked = {.entity = EntityRef{"file", 1}}}), ExitCode::kOk);
  EXPECT_THAT(out(),
              HasSubstr("no component of the configuration syncs entities of the type file"));
}

TEST_F(ExplainTest, ShowsWhatIsLeftOfASourceThatIsNoLongerConfigured) {
  Dossier::KnownLink link;
  link.key = {"cohorts", "old", kKey.entity};
  state_.dossiers.dossier.links = {link};
  EXPECT_EQ(explain_it(), ExitCode::kOk) << err();
  EXPECT_THAT(out(), HasSubstr("cohorts, source old (no longer in the configuration)"));
}

TEST(Explanation, FindsTheObjectsInWhateverMoodleWrapsThem) {
  EXPECT_EQ(objects_in(Json::parse(R"([{"id":1},{"id":2}])")).size(), 2U);
  EXPECT_EQ(objects_in(Json::parse(R"({"courses":[{"id":1}],"warnings":[]})")).size(), 1U);
  EXPECT_EQ(objects_in(Json::parse(R"({"id":1})")).size(), 1U);
  EXPECT_TRUE(objects_in(Json()).empty());
}

TEST(Explanation, CutsWhatWouldFillTheScreenAtACharacter) {
  Explanation explanation;
  explanation.entity = {"node", 1};
  ExplainedPart part;
  part.entity.emplace();
  part.entity->exists = true;
  std::string text;
  for (int i = 0; i < 100; ++i) text += "ä";
  part.entity->fields["body"] = {{ValueType::kLongText, text}};
  explanation.parts = {part};
  std::ostringstream out;
  print_explanation(explanation, out, {});
  EXPECT_THAT(out.str(), HasSubstr("ä... (200 bytes)"));
  EXPECT_THAT(out.str(), Not(HasSubstr(text)));
}

}  // namespace
}  // namespace moodlesync::app

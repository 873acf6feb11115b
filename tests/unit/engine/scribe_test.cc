#include "engine/scribe.h"

#include <gtest/gtest.h>

#include "moodlesync/co.h"
#include "support/ports/fake_gateway.h"

namespace moodlesync::engine {
namespace {

constexpr Function kCreate{.name = "create", .list = "rows"};
constexpr Function kDelete{.name = "delete", .list = "ids", .answer = Function::Answer::kNothing};
constexpr Function kLook{.name = "look",
                         .effect = Function::Effect::kRead,
                         .shape = Function::Shape::kSingle,
                         .answer = Function::Answer::kWhole,
                         .of_planned = R"([{"id":$id,"visible":1}])"};
constexpr Function kFind{.name = "find",
                         .effect = Function::Effect::kRead,
                         .shape = Function::Shape::kValues,
                         .list = "values",
                         .answer = Function::Answer::kMatch,
                         .match = "id"};

class ScribeTest : public testing::Test {
 protected:
  static Co<Result<Json>> put(Moodle& moodle, Call call) {
    Result<Json> answer = co_await moodle.call(std::move(call));
    co_return answer;
  }
  /// What a conversation gets to hear.
  Json ask(const Function& function, const std::string& id, std::string_view removal = {}) {
    Call call{.function = &function, .row = {}, .removal = removal};
    call.row.add("id", id);
    Co<Result<Json>> question = put(scribe_, std::move(call));
    question.start();
    for (int i = 0; i < 3 && !question.done(); ++i) {
      gateway_.pump({}, {});
      for (const auto ready : gateway_.take_ready()) ready.resume();
      for (const auto ready : std::exchange(ready_, {})) ready.resume();
    }
    EXPECT_TRUE(question.done());
    return *question.take();
  }
  fakes::FakeGateway gateway_{[](const Call&) -> Result<Json> { return Json("Moodle's"); }};
  PlannedIds ids_;
  std::vector<std::coroutine_handle<>> ready_;
  Link link_;
  Scribe scribe_{{gateway_, ids_, ready_}, link_};
};

TEST_F(ScribeTest, LetsReadsThroughAndNotesWrites) {
  EXPECT_EQ(ask(kLook, "12"), "Moodle's");
  EXPECT_TRUE(scribe_.notes().empty());
  EXPECT_EQ(ask(kCreate, "12"), (Json{{"id", -1}}));
  EXPECT_EQ(ask(kDelete, "12", "delete"), Json());
  EXPECT_EQ(gateway_.answered(), 1U);
  ASSERT_EQ(scribe_.notes().size(), 2U);
  EXPECT_EQ(scribe_.notes()[0].function, "create");
  EXPECT_EQ(scribe_.notes()[1].removal, "delete");
}

TEST_F(ScribeTest, AnswersForMoodleAboutWhatOnlyThePlanHasMade) {
  EXPECT_EQ(ask(kCreate, "12"), (Json{{"id", -1}}));
  EXPECT_EQ(ask(kLook, "-1"), Json::parse(R"([{"id":-1,"visible":1}])"));
  EXPECT_EQ(ask(kFind, "-1"), Json());
  EXPECT_EQ(ask(kLook, "-2"), "Moodle's") << "no id of this plan's";
  EXPECT_EQ(gateway_.answered(), 1U);
}

TEST_F(ScribeTest, KeepsTheLinkAsItWasBeforeTheFirstWrite) {
  EXPECT_EQ(ask(kLook, "1"), "Moodle's");
  EXPECT_FALSE(scribe_.held().has_value());
  link_.sent["name"] = "read back";
  EXPECT_EQ(ask(kDelete, "1"), Json());
  link_.sent["name"] = "written";
  EXPECT_EQ(ask(kDelete, "1"), Json());
  ASSERT_TRUE(scribe_.held().has_value());
  EXPECT_EQ(scribe_.held()->sent.at("name"), "read back");
}

}  // namespace
}  // namespace moodlesync::engine

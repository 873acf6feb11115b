#include "ops/status_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::ops {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile = "<script>alert('1')</script>\"&";
constexpr const char* kTamed = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;";

class StatusPageTest : public testing::Test {
 protected:
  StatusPageTest() {
    view_.vitals.phase = Phase::kWorking;
    view_.vitals.components = {"course"};
    view_.queue.is_taken = true;
    view_.queue.stats.tasks = {
        {"course", "parked", "taken", 3, std::chrono::seconds{90}, kHostile}};
    auto& task = view_.queue.parked.tasks.emplace_back();
    task.key = {"course", "main", {"node", 12}};
    task.code = "taken";
    task.message = kHostile;
  }
  [[nodiscard]] std::string page() const { return render_status_page(view_, "abc"); }
  StatusView view_;
};

TEST_F(StatusPageTest, SaysWhatIsStuckAndWhy) {
  EXPECT_THAT(page(), HasSubstr("course: 3 entries, the oldest for 90 s"));
  EXPECT_THAT(page(), HasSubstr("<a href=\"/?entity=node:12\">node:12</a>"));
}

TEST_F(StatusPageTest, LeavesNothingOfWhatOthersWroteThatABrowserTakesForMarkup) {
  view_.searched = view_.search_trouble = view_.notice = kHostile;
  view_.drupal_url = view_.moodle_url = view_.version = kHostile;
  view_.vitals.moodle = {Vitals::Side::State::kAway, kHostile, kHostile, {}};
  view_.vitals.stopped[kHostile] = kHostile;
  view_.vitals.capture_gaps = {kHostile};
  view_.vitals.components = {kHostile};
  view_.vitals.outages.push_back({"Moodle", kHostile, {}, std::nullopt});
  auto& held = view_.queue.held.emplace_back();
  held.component = kHostile;
  held.by_verb[kHostile] = 3;
  held.examples = {{kHostile, kHostile, {kHostile, 1}}};
  view_.queue.stats.waits = {{kHostile, kHostile, 2, {kHostile, 1}}};
  view_.queue.pauses = {{kHostile, kHostile, {}}, {"", kHostile, {}}};
  view_.queue.trouble = kHostile;
  view_.csrf = "c5f";
  EXPECT_THAT(page(), Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page(), HasSubstr(kTamed));
}

TEST_F(StatusPageTest, HasNoButtonForWhoMayOnlyRead) {
  EXPECT_THAT(page(), Not(HasSubstr("action=\"/retry\"")));
  EXPECT_THAT(page(), Not(HasSubstr("method=\"post\"")));
  view_.may_sign_in = true;
  EXPECT_THAT(page(), HasSubstr("action=\"/sign-in\""));
  view_.csrf = "c5f";
  EXPECT_THAT(page(), HasSubstr("action=\"/retry\"><input type=\"hidden\" name=\"csrf\" "
                                "value=\"c5f\">"));
}

TEST_F(StatusPageTest, AsksBeforeAnythingIsTakenAway) {
  auto& held = view_.queue.held.emplace_back();
  held.component = "course";
  held.removals = 40;
  EXPECT_THAT(page(), HasSubstr("moodle-syncd brake list"));
  view_.csrf = "c5f";
  EXPECT_THAT(page(), HasSubstr("<details><summary>It is right that they go"));
  EXPECT_THAT(page(), HasSubstr("Take 40 things away in Moodle"));
}

TEST_F(StatusPageTest, TellsEverybodyWhatIsPausedSinceWhenAndWhy) {
  view_.vitals.components = {"course", "users"};
  EXPECT_THAT(page(), Not(HasSubstr("aused")));
  view_.queue.pauses = {{"course", "new mapping", std::chrono::seconds{300}}};
  EXPECT_THAT(page(), HasSubstr("<strong>Paused:</strong> course for 5 min (new mapping)"));
  EXPECT_THAT(page(), HasSubstr("<td>course<br><span class=\"state so\">paused for 5 min</span>"
                                "<br><span class=\"soft\">new mapping</span></td>"));
  EXPECT_THAT(page(), HasSubstr("<td>users</td>"));
  view_.queue.pauses.insert(view_.queue.pauses.begin(), {"", "", std::chrono::seconds{10}});
  EXPECT_THAT(page(), HasSubstr("<td>users<br><span class=\"state so\">paused, as everything is"));
}

TEST_F(StatusPageTest, LetsWhoHasSignedInPauseAndResume) {
  EXPECT_THAT(page(), Not(HasSubstr("action=\"/pause\"")));
  view_.csrf = "c5f";
  EXPECT_THAT(page(), HasSubstr("name=\"component\" value=\"course\"><input name=\"reason\""));
  EXPECT_THAT(page(), HasSubstr("maxlength=\"200\" aria-label=\"Why course is paused"));
  EXPECT_THAT(page(), HasSubstr("<button>Pause everything</button>"));
  EXPECT_THAT(page(), Not(HasSubstr("action=\"/resume\"")));
  view_.queue.pauses = {{"", "", {}}};
  EXPECT_THAT(page(), HasSubstr("name=\"everything\" value=\"\"><button>Resume everything"));
  EXPECT_THAT(page(), Not(HasSubstr("action=\"/pause\"")));
}

TEST_F(StatusPageTest, SaysWhatWaitsForWhat) {
  EXPECT_THAT(page(), Not(HasSubstr("What waits, and for what")));
  view_.queue.stats.waits = {{"course", "category", 3, {"taxonomy_term", 5}},
                             {"users", "", 1, {"user", 6}}};
  EXPECT_THAT(page(), HasSubstr("<li><strong>course</strong>: 3 entries wait for Moodle ids from "
                                "category, for instance <a href=\"/?entity=taxonomy_term:5\">"
                                "taxonomy_term:5</a></li>"));
  EXPECT_THAT(page(), HasSubstr("<li><strong>users</strong>: 1 entry waits for an id that no "
                                "component gives: <a href=\"/?entity=user:6\">user:6</a></li>"));
  view_.queue.pauses = {{"category", "", {}}};
  EXPECT_THAT(page(), HasSubstr("taxonomy_term:5</a> <span class=\"state so\">paused</span>"));
}

TEST_F(StatusPageTest, DrawsTheLastHourAndSaysItInWords) {
  view_.vitals.minutes[59] = {40, 2};
  EXPECT_THAT(page(), HasSubstr("<rect class=\"done\""));
  EXPECT_THAT(page(), HasSubstr("<rect class=\"failed\""));
  EXPECT_THAT(page(), HasSubstr("minute by minute: 40 done, 2 failed or refused, at most 42"));
}

TEST_F(StatusPageTest, NeedsNothingFromElsewhere) {
  EXPECT_THAT(page(), Not(HasSubstr("http://")));
  EXPECT_THAT(page(), Not(HasSubstr("https://")));
  EXPECT_THAT(page(), Not(HasSubstr("style=\"")));
  EXPECT_THAT(page(), HasSubstr("<style nonce=\"abc\">"));
}

}  // namespace
}  // namespace moodlesync::ops

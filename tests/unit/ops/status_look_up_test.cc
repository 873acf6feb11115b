#include "ops/status_look_up.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::ops {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile = "<script>alert('1')</script>\"&";

class StatusLookUpTest : public testing::Test {
 protected:
  StatusLookUpTest() {
    view_.searched = "node:12";
    view_.found.emplace();
  }
  [[nodiscard]] std::string section() const {
    Html page;
    add_look_up(page, view_);
    return page.take();
  }
  Dossier::OwedTask& task(const char* state, seconds due) {
    Dossier::OwedTask& task = view_.found->tasks.emplace_back();
    task.key = {"course", "main", {"node", 12}};
    task.state = state;
    task.due = due;
    task.queued = seconds{600};
    return task;
  }
  Dossier::KnownLink& link() {
    return view_.found->links.emplace_back(
        Dossier::KnownLink{{"course", "main", {"node", 12}}, {}, seconds{40}});
  }
  StatusView view_;
};

TEST_F(StatusLookUpTest, IsNotThereWhenNothingIsSearchedFor) {
  view_.searched.clear();
  EXPECT_EQ(section(), "");
}

TEST_F(StatusLookUpTest, SaysWhyNothingCouldBeLookedUp) {
  view_.found.reset();
  view_.search_trouble = "no route";
  EXPECT_THAT(section(), HasSubstr("<p>no route</p>"));
}

TEST_F(StatusLookUpTest, SaysWhenNothingIsKnown) {
  EXPECT_THAT(section(), HasSubstr("Nothing is known of it"));
  view_.found->changes = 1;
  EXPECT_THAT(section(), HasSubstr("1 change of it is about to be taken in."));
  EXPECT_THAT(section(), Not(HasSubstr("Nothing is known")));
}

TEST_F(StatusLookUpTest, SaysWhenItIsDone) {
  task("pending", seconds{-3});
  EXPECT_THAT(section(), HasSubstr("<h3>course: is due now</h3>"));
  EXPECT_THAT(section(), HasSubstr("In the queue for 10 min."));
}

TEST_F(StatusLookUpTest, SaysWhenItIsTriedAgainAndWhatWentWrong) {
  Dossier::OwedTask& failed = task("pending", seconds{50});
  failed.attempts = 3;
  failed.in_doubt = true;
  failed.code = "timeout";
  failed.message = "Moodle took too long";
  EXPECT_THAT(section(), HasSubstr("<h3>course: is tried again in 50 s</h3>"));
  EXPECT_THAT(section(), HasSubstr("3 attempts failed; the last one: Moodle took too long "
                                   "<code>timeout</code>"));
  EXPECT_THAT(section(), HasSubstr("may have reached Moodle unheard"));
}

TEST_F(StatusLookUpTest, SaysWhoWorksOnItAndForHowLongThatIsWaitedFor) {
  task("running", seconds{45}).instance = "host/7";
  EXPECT_THAT(section(), HasSubstr("<h3>course: is being worked on</h3>"));
  EXPECT_THAT(section(), HasSubstr("<code>host/7</code> works on it. If nothing is heard of that "
                                   "one for 45 s, another takes over."));
  view_.found->tasks[0].due = seconds{-1};
  EXPECT_THAT(section(), HasSubstr("Nothing was heard in time of <code>host/7</code>"));
}

TEST_F(StatusLookUpTest, LeadsToWhatItWaitsFor) {
  Dossier::OwedTask& waiting = task("waiting", seconds{300});
  waiting.waits_component = "category";
  waiting.waits_on = EntityRef{"taxonomy_term", 3};
  EXPECT_THAT(section(), HasSubstr("<h3>course: waits for <a href=\"/?entity=taxonomy_term:3\">"
                                   "taxonomy_term:3</a></h3>"));
  EXPECT_THAT(section(), HasSubstr("It goes on by itself as soon as that has its Moodle id from "
                                   "category. It looks again in 5 min."));
}

TEST_F(StatusLookUpTest, LeadsToWhatWaitsForIt) {
  view_.found->waiting_for = {{"course", "main", {"node", 7}}, {"users", "main", {"user", 8}}};
  EXPECT_THAT(section(), HasSubstr("<a href=\"/?entity=node:7\">node:7</a> (course) &middot; "
                                   "<a href=\"/?entity=user:8\">user:8</a> (users)"));
}

TEST_F(StatusLookUpTest, SaysWhatIsStuckAndLetsWhoHasSignedInTryItAgain) {
  Dossier::OwedTask& parked = task("parked", seconds{-180});
  parked.code = "taken";
  parked.message = "the short name is taken";
  EXPECT_THAT(section(), HasSubstr("<h3>course: stuck for 3 min</h3>"));
  EXPECT_THAT(section(), HasSubstr("the short name is taken <code>taken</code>"));
  EXPECT_THAT(section(), Not(HasSubstr("<form")));
  view_.csrf = "c5f";
  EXPECT_THAT(section(), HasSubstr("name=\"entity\" value=\"node:12\"><button>Try again now"));
}

TEST_F(StatusLookUpTest, SaysWhatTheBrakeHoldsAndOffersNoOtherWayAroundIt) {
  task("parked", seconds{-180}).code = "brake";
  view_.found->held = {{{"course", "main", {"node", 12}}, "delete", 1}};
  view_.csrf = "c5f";
  EXPECT_THAT(section(), HasSubstr("<h3>course: held back by the brake</h3>"));
  EXPECT_THAT(section(), HasSubstr("To be taken away in Moodle, but held back: delete 1."));
  EXPECT_THAT(section(), Not(HasSubstr("<form")));
}

TEST_F(StatusLookUpTest, SaysWhatMoodleWasTold) {
  link();
  EXPECT_THAT(section(), HasSubstr("<p>Nothing was sent, as of 40 s ago.</p>"));
  view_.found->links[0].link.moodle_id = MoodleId{77};
  view_.found->links[0].link.sent["fullname"] = "Algebra";
  EXPECT_THAT(section(), HasSubstr("<h3>course: in step</h3>"));
  EXPECT_THAT(section(),
              HasSubstr("Has the Moodle id <code>77</code>; 1 value sent, as of 40 s ago."));
  EXPECT_THAT(section(), Not(HasSubstr("Algebra"))) << "values may be personal";
  view_.found->links[0].write_back_owed = true;
  EXPECT_THAT(section(), HasSubstr("The id is still to be written into Drupal."));
}

TEST_F(StatusLookUpTest, SaysWhatIsLeftOutAndWhatWasGivenUp) {
  link().link.skipped = "opted_out";
  EXPECT_THAT(section(), HasSubstr("<h3>course: left out</h3>"));
  EXPECT_THAT(section(), HasSubstr("Left out on purpose <code>opted_out</code>"));
  view_.found->links[0].dropped = true;
  EXPECT_THAT(section(), HasSubstr("<h3>course: given up by somebody</h3>"));
}

TEST_F(StatusLookUpTest, TellsSourcesOfAComponentApart) {
  task("pending", seconds{0});
  EXPECT_THAT(section(), Not(HasSubstr("source main")));
  task("pending", seconds{0}).key.source = "evening";
  EXPECT_THAT(section(), HasSubstr("<h3>course, source evening: is due now</h3>"));
}

TEST_F(StatusLookUpTest, SaysThatAPauseStandsInTheWayOfWhatWouldGoOn) {
  task("pending", seconds{0});
  view_.queue.pauses = {{"course", "upgrade", seconds{300}}};
  EXPECT_THAT(section(), HasSubstr("course for 5 min (upgrade). It goes on when somebody resumes"));
  view_.found->tasks[0].state = "parked";
  EXPECT_THAT(section(), Not(HasSubstr("resumes")));
}

TEST_F(StatusLookUpTest, LeavesNothingOfWhatOthersWroteThatABrowserTakesForMarkup) {
  const TaskKey key{kHostile, kHostile, {kHostile, 1}};
  view_.searched = kHostile;
  view_.queue.pauses = {{"", kHostile, {}}};
  for (const char* state : {"pending", "running", "waiting", "parked"}) {
    Dossier::OwedTask& one = task(state, seconds{9});
    one.key = {kHostile, std::string(kHostile) + state, {kHostile, 1}};
    one.code = one.message = one.waits_component = one.instance = kHostile;
  }
  view_.found->tasks[2].waits_on = EntityRef{kHostile, 1};
  link() = {key, {}, {}};
  view_.found->links[0].link.skipped = kHostile;
  view_.found->held = {{key, kHostile, 1}};
  view_.found->waiting_for = {key};
  view_.csrf = "c5f";
  EXPECT_THAT(section(), Not(HasSubstr("<script")));
  EXPECT_THAT(section(), HasSubstr("&lt;script&gt;"));
}

}  // namespace
}  // namespace moodlesync::ops

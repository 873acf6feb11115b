#include "app/prognosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "moodlesync/brake.h"

namespace moodlesync::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

class Prognosis : public testing::Test {
 protected:
  Prognosis() {
    entity_.ref = {"node", 12};
    entity_.exists = true;
    task_.key = link_.key = situation_.key = {"course", "main", {"node", 12}};
    situation_.moodle_id_field = "field_moodle_id";
    situation_.entity = &entity_;
  }
  std::string next() {
    std::string text;
    for (const std::string& sentence : prognosis(situation_)) text += sentence + "\n";
    return text;
  }
  void owe(std::string state, std::string code = {}) {
    task_.state = std::move(state);
    task_.code = std::move(code);
    situation_.task = &task_;
  }
  Entity entity_;
  Dossier::OwedTask task_;
  Dossier::KnownLink link_;
  Situation situation_;
};

TEST_F(Prognosis, OfWhatIsDueNamesNoObstacleWhenThereIsNone) {
  owe("pending");
  EXPECT_EQ(next(), "It is due now: the next free daemon takes it.\n");
}

TEST_F(Prognosis, OfWhatFailedSaysWhenItIsTriedAgain) {
  owe("pending");
  task_.attempts = 3;
  task_.due = minutes(4);
  task_.in_doubt = true;
  EXPECT_THAT(next(), HasSubstr("It is tried again in 4m, for the 4. time."));
  EXPECT_THAT(next(), HasSubstr("Moodle is looked at before anything is made"));
}

TEST_F(Prognosis, NamesEverythingThatStandsInTheWay) {
  owe("pending");
  situation_.paused = true;
  situation_.guard_refuses = true;
  situation_.daemon_runs = false;
  situation_.moodle_away = true;
  EXPECT_THAT(next(), HasSubstr("the guard refuses"));
  EXPECT_THAT(next(), HasSubstr("course is paused"));
  EXPECT_THAT(next(), HasSubstr("no daemon runs: systemctl start moodle-syncd"));
  EXPECT_THAT(next(), HasSubstr("Moodle is away"));
}

TEST_F(Prognosis, OfAWaitingTaskNamesTheOtherEntity) {
  owe("waiting");
  task_.waits_on = EntityRef{"taxonomy_term", 4};
  task_.waits_component = "category";
  task_.due = minutes(5);
  EXPECT_THAT(next(), HasSubstr("as soon as taxonomy_term:4 (category) has its Moodle id"));
  EXPECT_THAT(next(), HasSubstr("moodle-syncd explain taxonomy_term:4"));
}

TEST_F(Prognosis, OfAParkedTaskSaysWhatAPersonCanDoAndSpeaksOfNoObstacles) {
  owe("parked", "shortnametaken");
  situation_.daemon_runs = false;
  EXPECT_THAT(next(), HasSubstr("moodle-syncd parked retry --entity node:12"));
  EXPECT_THAT(next(), Not(HasSubstr("no daemon runs")));
  owe("parked", std::string(kBrakeCode));
  EXPECT_THAT(next(), HasSubstr("moodle-syncd brake list"));
}

TEST_F(Prognosis, OfARunningTaskSaysWhoHasIt) {
  owe("running");
  task_.instance = "vm1:12:345";
  task_.due = seconds(30);
  EXPECT_THAT(next(), HasSubstr("vm1:12:345 is working on it"));
}

TEST_F(Prognosis, OfWhatIsInStepSaysThatNothingIsOwed) {
  situation_.link = &link_;
  EXPECT_THAT(next(), HasSubstr("Nothing is owed."));
  link_.link.skipped = "no_counterpart";
  EXPECT_THAT(next(), HasSubstr("It is skipped (no_counterpart)"));
  link_.dropped = true;
  EXPECT_THAT(next(), HasSubstr("Somebody dropped its task"));
}

TEST_F(Prognosis, OfWhatMoodleWasNeverToldSaysWhatWillFindIt) {
  EXPECT_THAT(next(), HasSubstr("the next sweep finds it"));
  entity_.exists = false;
  EXPECT_THAT(next(), HasSubstr("it is not in Drupal, and Moodle was never told of it"));
}

TEST_F(Prognosis, OfWhatIsOptedOutSaysBecauseOfWhat) {
  entity_.moodle_id_text = "ignore";
  EXPECT_EQ(next(), "Its field_moodle_id says 'ignore', so Moodle is left alone.\n");
}

TEST_F(Prognosis, MentionsAnIdThatDrupalDoesNotShowYet) {
  situation_.link = &link_;
  link_.write_back_owed = true;
  EXPECT_THAT(next(), HasSubstr("still to be written into Drupal's field_moodle_id"));
}

}  // namespace
}  // namespace moodlesync::app

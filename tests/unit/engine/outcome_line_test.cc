#include "engine/outcome_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/log_fields.h"
#include "moodlesync/brake.h"

namespace moodlesync::engine {
namespace {

using Level = OutcomeLine::Level;
using testing::StartsWith;

class OutcomeLines : public testing::Test {
 protected:
  OutcomeLine line(Outcome outcome, int attempts = 0) {
    Crew::Finished finished;
    finished.took = std::chrono::milliseconds{41};
    finished.conclusion.task.key = {"course", "main", {"node", 12}};
    finished.conclusion.task.attempts = attempts;
    finished.conclusion.link.moodle_id = MoodleId{57};
    finished.conclusion.outcome = std::move(outcome);
    const Settlement settlement = decide_settlement(finished.conclusion, settings_, random_);
    OutcomeLine line = outcome_line(finished, settlement);
    split_ = line.text;
    return line;
  }
  /// Of the last line; "-" when it has none of that name.
  [[nodiscard]] std::string field(std::string_view name) const {
    for (const base::LogField& field : base::split_log_line(split_).fields) {
      if (field.name == name) return std::string(field.value);
    }
    return "-";
  }
  EngineSettings settings_;
  Random random_{1};
  std::string split_;
};

TEST_F(OutcomeLines, TellWhichEntityItsIdTheAttemptAndTheTime) {
  const OutcomeLine synced = line(Synced{}, 2);
  EXPECT_EQ(synced.level, Level::kRoutine);
  EXPECT_THAT(synced.text, StartsWith("MS-310 "));
  EXPECT_EQ(field("component"), "course");
  EXPECT_EQ(field("source"), "main");
  EXPECT_EQ(field("entity"), "node:12");
  EXPECT_EQ(field("moodle_id"), "57");
  EXPECT_EQ(field("attempt"), "3");
  EXPECT_EQ(field("duration_ms"), "41");
  EXPECT_EQ(field("reason"), "-");
}

TEST_F(OutcomeLines, HaveACodeForEachOutcome) {
  EXPECT_THAT(line(Removed{}).text, StartsWith("MS-311 "));
  EXPECT_THAT(line(Skipped{"opted_out", ""}).text, StartsWith("MS-312 "));
  EXPECT_EQ(field("reason_code"), "opted_out");
  EXPECT_THAT(line(Waiting{"category", {"taxonomy_term", 3}, ""}).text, StartsWith("MS-313 "));
  EXPECT_EQ(field("reason"), "waits for the Moodle id of taxonomy_term:3 (category)");
}

TEST_F(OutcomeLines, AreNothingForTheJournalWhenNothingHappened) {
  EXPECT_EQ(line(Unchanged{}).level, Level::kDebug);
  EXPECT_EQ(line(Error{ErrorKind::kUnavailable, "http_503", "away"}).level, Level::kDebug);
  EXPECT_EQ(line(Error{ErrorKind::kRejected, std::string(kBrakeCode), "held"}).level,
            Level::kDebug);
}

TEST_F(OutcomeLines, WarnOfAFailureAndCallAParkedTaskAnError) {
  const OutcomeLine failed = line(Error{ErrorKind::kTransient, "dmlwriteexception", "busy"});
  EXPECT_EQ(failed.level, Level::kWarning);
  EXPECT_THAT(failed.text, StartsWith("MS-302 "));
  const OutcomeLine parked = line(Error{ErrorKind::kRejected, "shortnametaken", "is taken"});
  EXPECT_EQ(parked.level, Level::kError);
  EXPECT_THAT(parked.text, StartsWith("MS-301 "));
  EXPECT_EQ(field("reason_code"), "shortnametaken");
  EXPECT_EQ(field("reason"), "is taken");
}

}  // namespace
}  // namespace moodlesync::engine

#include "ops/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::ops {
namespace {

using State = Vitals::Side::State;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr seconds kPatience{60};

Vitals healthy() {
  Vitals vitals;
  vitals.phase = Phase::kWorking;
  vitals.guard_passed = true;
  vitals.database.state = vitals.moodle.state = State::kThere;
  return vitals;
}

Vitals without_moodle() {
  Vitals vitals = healthy();
  vitals.moodle = {State::kAway, "http_503", "Moodle is in maintenance", {}};
  return vitals;
}

TEST(Health, IsReadyWhenAllIsThere) {
  const HttpResponse response = readyz(healthy(), kPatience, {{"verbose", ""}});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("[+] database ok\n[+] moodle ok\nready\n"));
}

TEST(Health, SaysWhatIsMissingAndWhyWhenAskedForIt) {
  EXPECT_EQ(readyz(without_moodle(), kPatience, {}).body, "not ready\n");
  const HttpResponse response = readyz(without_moodle(), kPatience, {{"verbose", ""}});
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("[-] moodle http_503: Moodle is in maintenance\n"));
}

TEST(Health, LeavesOutWhatIsExcluded) {
  const HttpResponse response =
      readyz(without_moodle(), kPatience, {{"verbose", ""}, {"exclude", "guard,moodle"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("[ ] moodle excluded\n"));
  EXPECT_THAT(response.body, Not(HasSubstr("maintenance")));
}

TEST(Health, IsNotReadyBeforeTheGuardHasPassedNorWhileStopping) {
  Vitals vitals = healthy();
  vitals.guard_passed = false;
  EXPECT_EQ(readyz(vitals, kPatience, {}).status, 503);
  vitals = healthy();
  vitals.phase = Phase::kStopping;
  EXPECT_EQ(readyz(vitals, kPatience, {}).status, 503);
}

TEST(Health, LivesWhateverIsMissingAsLongAsTheLoopTurns) {
  EXPECT_EQ(livez(without_moodle(), kPatience).status, 200);
  Vitals hanging = healthy();
  hanging.taken += seconds{61};
  EXPECT_EQ(livez(hanging, kPatience).status, 503);
  EXPECT_EQ(livez(hanging, kPatience).body, "loop: no sign of life for 61 s\n");
  EXPECT_EQ(readyz(hanging, kPatience, {}).status, 503);
}

}  // namespace
}  // namespace moodlesync::ops

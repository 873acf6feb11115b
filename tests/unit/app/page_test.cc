#include "app/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace moodlesync::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;

TEST(Page, BreaksLinesBetweenWordsWhereTheTerminalEnds) {
  EXPECT_THAT(wrapped("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("one two three", 0), ElementsAre("one two three"));
  EXPECT_THAT(wrapped("  one two three", 9), ElementsAre("  one two", "  three"));
  EXPECT_THAT(wrapped("extraordinarily long", 6), ElementsAre("extraordinarily", "long"));
}

TEST(Page, CountsCharactersAndNotBytes) {
  EXPECT_THAT(wrapped("äöü äöü", 7), ElementsAre("äöü äöü"));
}

TEST(Page, LetsNoForeignTextMoveTheCursor) {
  EXPECT_THAT(wrapped("a\x1b[2Jb\nc", 0), ElementsAre("a\\x1b[2Jb c"));
}

TEST(Page, KeepsFurtherLinesInTheSecondColumn) {
  std::ostringstream out;
  Page page(out, {.width = 30});
  page.row("Guard", "nothing is written to Moodle");
  EXPECT_EQ(out.str(),
            "Guard        nothing is\n"
            "             written to Moodle\n");
}

TEST(Page, RoundsAgesToAUnitThatSaysEnough) {
  EXPECT_EQ(age_text(seconds(119)), "119s");
  EXPECT_EQ(age_text(minutes(5)), "5m");
  EXPECT_EQ(age_text(hours(5)), "5h");
  EXPECT_EQ(age_text(hours(72)), "3d");
}

}  // namespace
}  // namespace moodlesync::app

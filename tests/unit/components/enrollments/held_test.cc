#include "components/enrollments/held.h"

#include <gtest/gtest.h>

namespace moodlesync::enrollments {
namespace {

Held everything() {
  Held held;
  held.user = 12;
  held.roles = {MoodleId{3}, MoodleId{5}};
  held.doubtful = {MoodleId{4}};
  held.span = Span{100, 200, true};
  held.by_registration = true;
  held.by_participants = true;
  held.opted_out = true;
  return held;
}

TEST(Held, ComesBackFromItsTextAsItWas) {
  EXPECT_EQ(parse_held(format(everything())), everything());
}

TEST(Held, ComesBackWithoutWhatIsNotKnown) {
  Held held;
  held.user = 12;
  held.doubtful = {MoodleId{5}};
  EXPECT_EQ(parse_held(format(held)), held);
}

TEST(Held, IsShortText) {
  EXPECT_EQ(format(everything()),
            "user=12 roles=3,5 doubtful=4 start=100 end=200 suspended=1 by=rpo");
}

TEST(Held, IsUnknownWhenTheTextIsNotOurs) {
  for (const char* text : {"", "x", "user=12", "user=0 roles=5 by=r", "user=12 roles=a by=r",
                           "user=12 roles=5 start=1 by=r", "user=12 roles=5 by=x",
                           "user=12 roles=5 start=0 end=0 suspended=2 by=r"}) {
    EXPECT_EQ(parse_held(text), std::nullopt) << text;
  }
}

TEST(Held, ComesBackFromALink) {
  Link link;
  const HeldUsers users = {{MoodleId{112}, everything()}};
  link.sent = written_held(MoodleId{50}, users);
  EXPECT_EQ(read_held(link, MoodleId{50}), users);
  EXPECT_TRUE(knows_anybody(link));
}

TEST(Held, IsNothingInAnotherCourse) {
  Link link;
  link.sent = written_held(MoodleId{50}, {{MoodleId{112}, everything()}});
  EXPECT_TRUE(read_held(link, MoodleId{51}).empty());
  EXPECT_FALSE(knows_course(link, MoodleId{51}));
}

TEST(Held, LeavesOutUsersThatItCannotRead) {
  Link link;
  link.sent = written_held(MoodleId{50}, {{MoodleId{112}, everything()}});
  link.sent["user:113"] = "something else";
  link.sent["user:x"] = format(everything());
  EXPECT_EQ(read_held(link, MoodleId{50}).size(), 1U);
}

}  // namespace
}  // namespace moodlesync::enrollments

#include "components/users/account_read_back.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::users {
namespace {

using testing::Contains;
using testing::Key;
using testing::Not;
using testing::Pair;

/// What a link knows after Moodle showed `account`, where it knew nothing.
base::Values known_of(const base::Values& wanted, const Json& account) {
  Link link;
  take_over_account(link, wanted, account);
  return link.sent;
}

Json profile_field(std::string_view short_name, std::string_view type, std::string_view value,
                   std::string_view shown) {
  return {{"shortname", short_name}, {"type", type}, {"value", value}, {"displayvalue", shown}};
}

/// What a link knows of a datetime field that `wanted` was sent to.
std::string known_moment(std::string_view wanted, std::string_view held, std::string_view shown) {
  const Json account{{"username", "anna"},
                     {"customfields", {profile_field("born", "datetime", held, shown)}}};
  return known_of({{"customfields.born", std::string(wanted)}}, account).at("customfields.born");
}

TEST(AccountReadBack, TakesWhatMoodleLeavesOutForEmptyWhereItLeavesOutWhatIsEmpty) {
  const auto known = known_of({{"city", "Graz"}, {"institution", "Chemistry"}},
                              {{"username", "anna"}, {"institution", "Physics"}});
  EXPECT_THAT(known, Contains(Pair("city", "")));
  EXPECT_THAT(known, Contains(Pair("institution", "Physics")));
}

TEST(AccountReadBack, SaysNothingOfATelephoneNumberThatIsNotShown) {
  const base::Values wanted{{"phone1", "123"}};
  EXPECT_THAT(known_of(wanted, {{"username", "anna"}}), Not(Contains(Key("phone1"))));
  EXPECT_THAT(known_of(wanted, {{"username", "anna"}, {"phone1", "456"}}),
              Contains(Pair("phone1", "456")));
}

TEST(AccountReadBack, SaysNothingOfWhatAnAccountWithoutTheRightDoesNotSee) {
  EXPECT_THAT(known_of({{"city", "Graz"}, {"customfields.matric", "1"}}, {{"firstname", "Anna"}}),
              testing::IsEmpty());
}

TEST(AccountReadBack, TakesAProfileFieldThatIsNotListedForEmpty) {
  const auto known = known_of(
      {{"customfields.matric", "1"}, {"customfields.title", "Dr."}},
      {{"username", "anna"}, {"customfields", {profile_field("title", "text", "Dr.", "Dr.")}}});
  EXPECT_THAT(known, Contains(Pair("customfields.matric", "")));
  EXPECT_THAT(known, Contains(Pair("customfields.title", "Dr.")));
}

TEST(AccountReadBack, KnowsADayAgainInWhateverTimeZoneItBegan) {
  constexpr auto kShown = "13 September 1976";
  const std::int64_t midnight = 211'420'800;
  for (const std::int64_t ahead : {-12, -5, 0, 1, 14}) {
    const std::string held = std::to_string(midnight - ahead * 3600);
    EXPECT_EQ(known_moment("1976-09-13", held, kShown), "1976-09-13") << ahead;
  }
}

TEST(AccountReadBack, TellsADayFromItsNeighbours) {
  const std::string in_vienna = "211417200";  // The midnight of 13 September 1976 there.
  for (const char* other : {"1976-09-12", "1976-09-14", "1977-09-13", ""}) {
    EXPECT_EQ(known_moment(other, in_vienna, "13 September 1976"), in_vienna) << other;
  }
}

TEST(AccountReadBack, KnowsSecondsAgainThatWereMadeADay) {
  EXPECT_EQ(known_moment("211453200", "211417200", "13 September 1976"), "211453200");
  EXPECT_EQ(known_moment("211520000", "211417200", "13 September 1976"), "211417200");
}

TEST(AccountReadBack, ComparesSecondsExactlyWhereTheFieldHasATime) {
  constexpr auto kShown = "Monday, 13 September 1976, 11:00 AM";
  EXPECT_EQ(known_moment("211453200", "211453200", kShown), "211453200");
  EXPECT_EQ(known_moment("211456800", "211453200", kShown), "211453200");
}

}  // namespace
}  // namespace moodlesync::users

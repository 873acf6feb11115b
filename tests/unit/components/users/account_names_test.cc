#include "components/users/account_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/users/letter_case.h"

namespace moodlesync::users {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string username(std::string_view text, UsernameRule rule = UsernameRule::kPlain) {
  const auto name = to_username(text, rule);
  return name ? *name : name.error().code;
}
std::string complaint(const Result<std::string>& result) {
  return result ? "no complaint" : result.error().message;
}
std::string email(std::string_view text) {
  const auto address = to_email(text);
  return address ? *address : address.error().code;
}

TEST(Username, IsTrimmedAndInLowerCase) {
  EXPECT_EQ(username(" Anna.M-1_x@Uni \n"), "anna.m-1_x@uni");
}

TEST(Username, IsRefusedForEveryOtherCharacter) {
  EXPECT_EQ(username("anna müller"), "bad_username");
  EXPECT_EQ(username("o'neil"), "bad_username");
  EXPECT_EQ(username("a+b"), "bad_username");
}

TEST(Username, IsRefusedNamingTheCharacterAndItsPlaceButNotTheName) {
  const std::string blank = complaint(to_username("anna müller", UsernameRule::kPlain));
  EXPECT_THAT(blank, HasSubstr("its character 5 is a blank"));
  const std::string umlaut = complaint(to_username("annamüller", UsernameRule::kPlain));
  EXPECT_THAT(umlaut, HasSubstr("its character 6 is U+00FC 'ü'"));
  EXPECT_THAT(umlaut, Not(HasSubstr("anna")));
}

TEST(Username, NamesAControlCharacterByItsNumberOnly) {
  EXPECT_THAT(complaint(to_username("a\tb", UsernameRule::kPlain)), HasSubstr("is U+0009;"));
}

TEST(Username, MayHoldAnyCharacterWhereMoodleAllowsThem) {
  EXPECT_EQ(username("Änne ÖSTERREICH+'x'", UsernameRule::kExtended), "änne österreich+'x'");
  EXPECT_EQ(username("ΣΟΦΙΑ Иван", UsernameRule::kExtended), "σοφια иван");
}

TEST(Username, IsNeverEmptyNorLongerThanMoodlesColumn) {
  EXPECT_EQ(username(" "), "missing_name");
  EXPECT_EQ(username(std::string(100, 'a')), std::string(100, 'a'));
  EXPECT_EQ(username(std::string(101, 'a')), "too_long");
}

TEST(LetterCase, KnowsTheAlphabetsThatHaveCapitals) {
  EXPECT_EQ(lower_case("ÀÖØÞĀŊŹŸǄ"), "àöøþāŋźÿǄ");
  EXPECT_EQ(lower_case("ΆΏΩЀЯҐԱẞＡ"), "άώωѐяґաßａ");
  EXPECT_EQ(lower_case("straße 漢字 😀"), "straße 漢字 😀");
}

TEST(Email, IsTrimmedAndInLowerCase) {
  EXPECT_EQ(email(" Anna+X@Example.ORG "), "anna+x@example.org");
}

TEST(Email, MayHoldRareButLegalForms) {
  EXPECT_EQ(email("o'neil@a.b"), "o'neil@a.b");
  EXPECT_EQ(email("x@[127.0.0.1]"), "x@[127.0.0.1]");
}

TEST(Email, IsRefusedWhereMoodleWouldRefuseIt) {
  EXPECT_EQ(email(""), "missing_email");
  EXPECT_EQ(email("anna"), "bad_email");
  EXPECT_EQ(email("root@localhost"), "bad_email");
  EXPECT_EQ(email("ä@b.de"), "bad_email");
  EXPECT_EQ(email("a@bücher.de"), "bad_email");
  EXPECT_EQ(email("a@b_c.de"), "bad_email");
  EXPECT_EQ(email("a b@c.de"), "bad_email");
  EXPECT_EQ(email(".a@c.de"), "bad_email");
  EXPECT_EQ(email("a@c.de."), "bad_email");
  EXPECT_EQ(email("a@-c.de"), "bad_email");
  EXPECT_EQ(email("<a@c.de>"), "bad_email");
  EXPECT_EQ(email(std::string(65, 'a') + "@c.de"), "bad_email");
}

TEST(Email, IsRefusedNamingTheCharacterButNotTheAddress) {
  const std::string message = complaint(to_email("anna@bücher.de"));
  EXPECT_THAT(message, HasSubstr("its character 7 is U+00FC 'ü'"));
  EXPECT_THAT(message, Not(HasSubstr("anna")));
}

}  // namespace
}  // namespace moodlesync::users

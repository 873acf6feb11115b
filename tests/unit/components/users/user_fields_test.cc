#include "components/users/user_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::users {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<std::string> value(std::string_view name, std::string_view text,
                          ValueType type = ValueType::kText, std::string_view format = {}) {
  FieldValue field;
  field.type = type;
  field.text = text;
  field.format = format;
  return to_user_value(*find_user_field(name), {field}, UsernameRule::kPlain);
}
std::string sent(std::string_view name, std::string_view text) {
  const auto result = value(name, text);
  return result ? *result : result.error().code;
}

TEST(UserFields, CleanWhatMoodleWouldRefuse) {
  EXPECT_EQ(sent("firstname", " <b>Anna</b> "), "Anna");
  EXPECT_EQ(sent("city", "Graz <Steiermark>"), "Graz < Steiermark>");
}

TEST(UserFields, NameWhatIsMissing) {
  const auto result = value("firstname", " ");
  EXPECT_EQ(result.error().code, "missing_name");
  EXPECT_THAT(result.error().message, HasSubstr("firstname"));
}

TEST(UserFields, KeepToTheLengthsOfMoodlesColumns) {
  EXPECT_EQ(sent("phone1", std::string(20, '1')), std::string(20, '1'));
  EXPECT_EQ(sent("phone1", std::string(21, '1')), "too_long");
  EXPECT_EQ(sent("city", std::string(121, 'x')), "too_long");
  EXPECT_EQ(sent("lastname", std::string(101, 'x')), "too_long");
}

TEST(UserFields, NeverQuoteTheValueTheyRefuse) {
  EXPECT_THAT(value("maildisplay", "secretly").error().message, Not(HasSubstr("secretly")));
  EXPECT_THAT(value("theme", "My Theme").error().message, Not(HasSubstr("My Theme")));
}

TEST(UserFields, SetAClearedTimezoneToTheServersOwn) { EXPECT_EQ(sent("timezone", ""), "99"); }

TEST(UserFields, ClearWhatMayBeEmpty) {
  EXPECT_EQ(sent("city", ""), "");
  EXPECT_EQ(sent("country", ""), "");
  EXPECT_EQ(sent("phone2", ""), "");
}

TEST(UserFields, MarkThoseWhoseEmptyValueIsNeverSent) {
  for (const std::string_view name : {"lang", "calendartype", "maildisplay", "mailformat"}) {
    EXPECT_TRUE(find_user_field(name)->keeps_when_empty) << name;
    EXPECT_EQ(sent(name, ""), "") << name;
  }
}

TEST(UserFields, ListAllInterests) {
  const std::vector<FieldValue> words{{ValueType::kReference, "Chess"},
                                      {ValueType::kReference, "Go, Shogi"}};
  const auto list = to_user_value(*find_user_field("interests"), words, UsernameRule::kPlain);
  EXPECT_EQ(*list, "Chess, Go  Shogi");
}

TEST(UserFields, ClearInterestsByALoneComma) {
  const auto list = to_user_value(*find_user_field("interests"), {}, UsernameRule::kPlain);
  EXPECT_EQ(*list, ",");
}

TEST(UserFields, KeepTheHtmlOfADescriptionAndEscapePlainText) {
  EXPECT_EQ(*value("description", "<p>x</p>", ValueType::kLongText, "full_html"), "<p>x</p>");
  EXPECT_EQ(*value("description", "a < b & c\nd", ValueType::kText), "a &lt; b &amp; c<br />\nd");
  EXPECT_EQ(*value("description", "<p>", ValueType::kLongText, "plain_text"), "&lt;p&gt;");
}

}  // namespace
}  // namespace moodlesync::users

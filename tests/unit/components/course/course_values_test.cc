#include "components/course/course_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace moodlesync::course {
namespace {

using testing::HasSubstr;

/// A source that maps one more field to `field_x`, and a node with a value there.
class CourseValues : public testing::Test {
 protected:
  CourseValues() {
    source_.fields = {{"fullname", "title"}, {"shortname", "field_short"}};
    entity_.ref = {"node", 12};
    set("title", "Painting");
    set("field_short", "P1");
  }
  void set(const std::string& path, std::string text, ValueType type = ValueType::kText,
           const std::string& format = {}) {
    entity_.fields[path] = {{type, std::move(text), format}};
  }
  Result<base::Values> values() { return wanted_values(source_, entity_); }
  /// What `setting` becomes when field_x holds `text`; "(none)" when nothing is sent.
  std::string sent(const std::string& setting, const std::string& param, std::string text,
                   ValueType type = ValueType::kText) {
    source_.fields[setting] = "field_x";
    set("field_x", std::move(text), type);
    const auto all = values();
    if (!all) return all.error().code;
    const auto found = all->find(param);
    return found == all->end() ? "(none)" : found->second;
  }
  std::string sent_custom(const FieldValue& value,
                          std::map<std::string, std::string, std::less<>> options = {}) {
    source_.custom_fields = {{"x", "field_x", std::move(options)}};
    entity_.fields["field_x"] = {value};
    const auto all = values();
    return all ? all->at("customfields[x]") : all.error().message;
  }

  CourseSource source_;
  Entity entity_;
};

TEST_F(CourseValues, HaveTheEntitysIdAsIdnumber) {
  EXPECT_EQ(values()->at("idnumber"), "12");
  source_.idnumber_prefix = "a-";
  EXPECT_EQ(values()->at("idnumber"), "a-12");
}

TEST_F(CourseValues, EncodeFlagsAndNumbers) {
  for (const char* flag : {"visible", "showgrades", "groupmodeforce"}) {
    EXPECT_EQ(sent(flag, flag, "0", ValueType::kBoolean), "0");
    EXPECT_EQ(sent(flag, flag, "1", ValueType::kBoolean), "1");
    EXPECT_EQ(sent(flag, flag, ""), "(none)");
    EXPECT_EQ(sent(flag, flag, "7"), "bad_value");
    source_.fields.erase(flag);
  }
  EXPECT_EQ(sent("newsitems", "newsitems", "0"), "0");
  EXPECT_EQ(sent("newsitems", "newsitems", "-1"), "bad_value");
}

TEST_F(CourseValues, EncodeGroupModesByNumberOrName) {
  EXPECT_EQ(sent("groupmode", "groupmode", "2"), "2");
  EXPECT_EQ(sent("groupmode", "groupmode", "Separate groups"), "1");
  EXPECT_EQ(sent("groupmode", "groupmode", "none"), "0");
  EXPECT_EQ(sent("groupmode", "groupmode", "visible"), "2");
  EXPECT_EQ(sent("groupmode", "groupmode", "3"), "bad_value");
}

TEST_F(CourseValues, EncodeNamesOfPlugins) {
  EXPECT_EQ(sent("format", "format", "weeks"), "weeks");
  EXPECT_EQ(sent("format", "format", ""), "(none)");
  EXPECT_EQ(sent("format", "format", "Weekly format"), "bad_value");
  EXPECT_EQ(sent("format", "format", std::string(22, 'a')), "too_long");
  source_.fields.erase("format");
  EXPECT_EQ(sent("theme", "forcetheme", "boost"), "boost");
  EXPECT_EQ(sent("theme", "forcetheme", ""), "");
}

TEST_F(CourseValues, EncodeLanguagesAsMoodlesPacksAndNeverClearThem) {
  EXPECT_EQ(sent("lang", "lang", "pt-BR"), "pt_br");
  EXPECT_EQ(sent("lang", "lang", " "), "(none)");
  EXPECT_EQ(sent("lang", "lang", "de."), "bad_value");
}

TEST_F(CourseValues, CarryHtmlWithItsFormat) {
  source_.fields["summary"] = "field_x";
  set("field_x", "<p>a</p>", ValueType::kLongText, "full_html");
  EXPECT_EQ(values()->at("summary"), "<p>a</p>");
  EXPECT_EQ(values()->at("summaryformat"), "1");
  set("field_x", "a < b", ValueType::kLongText, "plain_text");
  EXPECT_EQ(values()->at("summaryformat"), "2");
  set("field_x", "a < b");
  EXPECT_EQ(values()->at("summaryformat"), "2");
}

TEST_F(CourseValues, HaveBothDatesOrNone) {
  EXPECT_FALSE(values()->contains("enddate"));
  source_.fields["startdate"] = "field_start";
  set("field_start", "1700000000", ValueType::kTimestamp);
  EXPECT_EQ(values()->at("startdate"), "1700000000");
  EXPECT_EQ(values()->at("enddate"), "0");
  entity_.fields["field_start"].clear();
  EXPECT_EQ(values()->at("startdate"), "0");
}

TEST_F(CourseValues, RefuseDatesThatMoodleWouldRefuse) {
  source_.fields["startdate"] = "field_start";
  source_.fields["enddate"] = "field_end";
  set("field_end", "2000", ValueType::kTimestamp);
  EXPECT_THAT(values().error().message, HasSubstr("without a startdate"));
  set("field_start", "3000", ValueType::kTimestamp);
  EXPECT_EQ(values().error().message, "enddate is before startdate");
  set("field_start", "2026-01-01");
  EXPECT_THAT(values().error().message, HasSubstr("startdate is '2026-01-01'"));
}

TEST_F(CourseValues, KeepToTheLimitsOfNames) {
  set("title", std::string(1334, 'x'));
  EXPECT_EQ(values().error().message, "fullname has 1334 characters; Moodle takes at most 1333");
  source_.fullname_limit = 254;
  set("title", std::string(255, 'x'));
  EXPECT_THAT(values().error().message, HasSubstr("takes at most 254"));
  set("title", "Painting");
  set("field_short", std::string(256, 'x'));
  EXPECT_THAT(values().error().message, HasSubstr("shortname has 256 characters"));
  set("field_short", "0");
  EXPECT_EQ(values().error().code, "missing_value");
}

TEST_F(CourseValues, EncodeCustomFieldsByTheirType) {
  EXPECT_EQ(sent_custom({ValueType::kBoolean, "0", ""}), "0");
  EXPECT_EQ(sent_custom({ValueType::kNumber, "12.5", ""}), "12.5");
  EXPECT_EQ(sent_custom({ValueType::kTimestamp, "1700000000", ""}), "1700000000");
  EXPECT_EQ(sent_custom({ValueType::kText, "<i>a</i> <b", ""}), "a < b");
  EXPECT_EQ(sent_custom({ValueType::kReference, "Arts", ""}), "Arts");
  EXPECT_EQ(sent_custom({ValueType::kLongText, "<p>a</p>", "full_html"}), "<p>a</p>");
  EXPECT_EQ(sent_custom({ValueType::kText, "", ""}), "");
}

TEST_F(CourseValues, TurnTextIntoTheNumberOfASelectsOption) {
  EXPECT_EQ(sent_custom({ValueType::kText, "Winter", ""}, {{"Summer", "1"}, {"Winter", "2"}}), "2");
  EXPECT_THAT(sent_custom({ValueType::kText, "Autumn", ""}, {{"Summer", "1"}, {"Winter", "2"}}),
              HasSubstr("'Autumn', which customfield_options does not know (known: 'Summer', "
                        "'Winter')"));
}

}  // namespace
}  // namespace moodlesync::course

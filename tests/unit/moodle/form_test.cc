#include "moodle/form.h"

#include <gtest/gtest.h>

#include "gateway_bench.h"

namespace moodlesync::moodle {
namespace {

std::string body_of(const Function& function, const Params& fixed, const std::vector<Params>& rows,
                    FunctionName place = FunctionName::kLast) {
  std::vector<const Params*> pointers;
  pointers.reserve(rows.size());
  for (const Params& row : rows) pointers.push_back(&row);
  return encode_body(function, "t0ken", fixed, pointers, place);
}

TEST(Form, NestsTheFieldsOfARowInTheList) {
  Params row;
  row.add("shortname", "a").add("customfields[0][value]", "x");
  EXPECT_EQ(body_of(kCreate, {}, {row, row}),
            "moodlewsrestformat=json&courses[0][shortname]=a&courses[0][customfields][0][value]=x&"
            "courses[1][shortname]=a&courses[1][customfields][0][value]=x&wstoken=t0ken&"
            "wsfunction=core_course_create_courses");
}

TEST(Form, SendsValuesWithoutAFieldName) {
  Params row;
  row.add("value", "anna");
  Params fixed;
  fixed.add("field", "username");
  const Form form(body_of(kLookUp, fixed, {row}));
  EXPECT_EQ(form.get("values[0]"), "anna");
  EXPECT_EQ(form.get("field"), "username");
}

TEST(Form, SendsASingleRowAsItIs) {
  Params row;
  row.add("courseid", "5").add("options[0][name]", "users");
  const Form form(body_of(kDuplicate, {}, {row}));
  EXPECT_EQ(form.get("courseid"), "5");
  EXPECT_EQ(form.get("options[0][name]"), "users");
}

TEST(Form, PutsTheFunctionNameLastAndTheTokenBeforeIt) {
  Params row;
  row.add("shortname", "a");
  const auto variables = Form(body_of(kCreate, {}, {row})).variables;
  EXPECT_EQ(variables[variables.size() - 2].first, "wstoken");
  EXPECT_EQ(variables.back().first, "wsfunction");
}

TEST(Form, PutsTheFunctionNameFirstToMeasureTheCut) {
  Params row;
  row.add("values[0]", "5");
  const auto variables = Form(body_of(kDuplicate, {}, {row}, FunctionName::kFirst)).variables;
  EXPECT_EQ(variables[1].first, "wsfunction");
  EXPECT_EQ(variables.back().first, "values[0]");
}

TEST(Form, AsksForStoredNamesInReadsOnly) {
  Params row;
  row.add("value", "a");
  EXPECT_EQ(Form(body_of(kLookUp, {}, {row})).get("moodlewssettingraw"), "1");
  EXPECT_EQ(Form(body_of(kLookUp, {}, {row})).get("moodlewssettingfilter"), "0");
  EXPECT_EQ(Form(body_of(kCreate, {}, {row})).get("moodlewssettingraw"), "(missing)");
}

TEST(Form, CountsTheVariablesThatItAdds) {
  Params row;
  row.add("value", "a");
  EXPECT_EQ(Form(body_of(kLookUp, {}, {row})).variables.size(), protocol_variables(kLookUp) + 1);
  EXPECT_EQ(Form(body_of(kCreate, {}, {row})).variables.size(), protocol_variables(kCreate) + 1);
}

TEST(Form, EscapesEveryByteThatMeansSomethingInAForm) {
  Params row;
  row.add("shortname", "a&b=c+d%e f\n\xC3\xBC\"'<>#;\t");
  const std::string body = body_of(kCreate, {}, {row});
  EXPECT_EQ(Form(body).get("courses[0][shortname]"), row.get("shortname"));
  EXPECT_NE(body.find("a%26b%3Dc%2Bd%25e+f%0A%C3%BC%22%27%3C%3E%23%3B%09"), std::string::npos);
}

}  // namespace
}  // namespace moodlesync::moodle

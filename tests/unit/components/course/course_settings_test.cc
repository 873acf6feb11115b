#include "components/course/course_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/course/course.h"
#include "support/fakes/settings_tree.h"

namespace moodlesync::course {
namespace {

using fakes::list;
using fakes::mapping;
using fakes::scalar;
using fakes::texts;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Entries = std::vector<std::pair<std::string, SettingsNode>>;

const SettingsNode kFields = texts({{"fullname", "title"}, {"shortname", "field_short"}});

/// A source with what every source needs, and `more`.
SettingsNode a_source(Entries more = {}, const SettingsNode& fields = kFields) {
  Entries entries{{"bundle", scalar("course")}, {"fields", fields}};
  for (auto& entry : more) entries.push_back(std::move(entry));
  return mapping(std::move(entries));
}

struct Read {
  explicit Read(std::vector<SettingsNode> sources, Entries more = {}) {
    more.emplace_back("sources", list(std::move(sources)));
    tree = mapping(std::move(more));
    Section section(&tree, "f", "course", &faults);
    result = read_sources(section);
    lines = fakes::written(faults);
  }
  SettingsNode tree;
  std::vector<SettingsFault> faults;
  std::vector<CourseSource> result;
  std::vector<std::string> lines;
};

TEST(CourseSettings, NeedABundleAndTheTwoNames) {
  const Read read({a_source()});
  EXPECT_THAT(read.lines, IsEmpty());
  const CourseSource& source = read.result.at(0);
  EXPECT_EQ(source.spec.entity_type, "node");
  EXPECT_EQ(source.spec.name, "course");
  EXPECT_EQ(source.fallback_category, MoodleId{1});
  EXPECT_EQ(source.on_delete, DeletePolicy::kNothing);
  EXPECT_EQ(source.fullname_limit, 1333U);
}

TEST(CourseSettings, ReadEveryKey) {
  const Read read({a_source({{"name", scalar("main")},
                             {"idnumber_prefix", scalar("a-")},
                             {"customfields", texts({{"term", "field_term"}})},
                             {"customfield_options", mapping({{"term", texts({{"Winter", "2"}})}})},
                             {"category", texts({{"field", "field_category"}, {"fallback", "4"}})},
                             {"template_field", scalar("field_template")},
                             {"template_hidden", scalar("true")},
                             {"delete", scalar("trash_bin")},
                             {"trash_bin", scalar("9")}})},
                  {{"fullname_limit", scalar("254")}});
  EXPECT_THAT(read.lines, IsEmpty());
  const CourseSource& source = read.result.at(0);
  EXPECT_EQ(source.custom_fields.at(0).options.at("Winter"), "2");
  EXPECT_EQ(source.category_path, "field_category");
  EXPECT_EQ(source.fallback_category, MoodleId{4});
  EXPECT_TRUE(source.template_hidden);
  EXPECT_EQ(source.on_delete, DeletePolicy::kTrashBin);
  EXPECT_EQ(source.trash_bin, MoodleId{9});
  EXPECT_EQ(source.fullname_limit, 254U);
}

TEST(CourseSettings, SayWhichReferencesNeedAMoodleId) {
  const Read read({a_source({{"category", texts({{"field", "field_category"}})},
                             {"template_field", scalar("field_template")}})});
  std::map<std::string, std::string> wanted;
  for (const FieldWish& wish : read.result.at(0).spec.fields) {
    wanted[to_string(wish.path)] = wish.counterpart_of;
  }
  EXPECT_EQ(wanted, (std::map<std::string, std::string>{{"title", ""},
                                                        {"field_short", ""},
                                                        {"field_category", "category"},
                                                        {"field_template", "course"}}));
}

TEST(CourseSettings, NameAMisspeltMoodleField) {
  const Read read({a_source({}, texts({{"fullname", "title"},
                                       {"shortname", "field_short"},
                                       {"sumary", "body"},
                                       {"idnumber", "id"}}))});
  EXPECT_THAT(read.lines, Contains(HasSubstr("fields.sumary: is not a known key; did you mean "
                                             "'summary'?")));
  EXPECT_THAT(read.lines, Contains(HasSubstr("fields.idnumber: is always the entity's id")));
}

TEST(CourseSettings, WantTheNamesAndBothDatesMapped) {
  const Read read({a_source({}, texts({{"enddate", "field_end"}}))});
  EXPECT_THAT(read.lines,
              ElementsAre(HasSubstr("must map fullname"), HasSubstr("must map shortname"),
                          HasSubstr("must map startdate too")));
}

TEST(CourseSettings, LetATermGoWithoutAShortName) {
  const Read read({a_source({{"entity", scalar("taxonomy_term")}}, texts({{"fullname", "name"}}))});
  EXPECT_THAT(read.lines, IsEmpty());
}

TEST(CourseSettings, RefuseOnePrefixForNodesAndTerms) {
  const Entries term{{"entity", scalar("taxonomy_term")}, {"name", scalar("templates")}};
  EXPECT_THAT(Read({a_source(), a_source(term)}).lines,
              ElementsAre(HasSubstr("must differ between nodes and terms")));
  Entries prefixed = term;
  prefixed.emplace_back("idnumber_prefix", scalar("term-"));
  EXPECT_THAT(Read({a_source(), a_source(prefixed)}).lines, IsEmpty());
}

TEST(CourseSettings, ReportEveryOtherMistake) {
  const Read read({a_source({{"category", texts({{"fixed", "3"}, {"field", "field_c"}})},
                             {"customfields", texts({{"a.b", "field_x"}})},
                             {"delete", scalar("trash_bin")},
                             {"template", scalar("x")}})});
  EXPECT_THAT(read.lines, Contains(HasSubstr("exclude each other")));
  EXPECT_THAT(read.lines, Contains(HasSubstr("customfields.a.b: the short name is 'a.b'")));
  EXPECT_THAT(read.lines, Contains(HasSubstr("trash_bin: is missing")));
  EXPECT_THAT(read.lines, Contains(HasSubstr("template: is not a known key")));
  EXPECT_THAT(Read({}).lines, ElementsAre(HasSubstr("at least one bundle")));
}

TEST(CourseKind, AsksOnlyForTheFunctionsThatItsSettingsNeed) {
  CourseSource source;
  EXPECT_EQ(Course({source}).functions().size(), 4U);
  source.template_path = "field_template";
  source.on_delete = DeletePolicy::kDelete;
  const auto functions = Course({source}).functions();
  EXPECT_THAT(functions, Contains("core_course_duplicate_course"));
  EXPECT_THAT(functions, Contains("core_course_delete_courses"));
}

}  // namespace
}  // namespace moodlesync::course

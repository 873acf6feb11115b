#include "base/source_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/fakes/settings_tree.h"

namespace moodlesync::base {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Settings {
  explicit Settings(SettingsNode tree) : node(std::move(tree)), section(&node, "f", "s", &faults) {}
  SettingsNode node;
  std::vector<SettingsFault> faults;
  Section section;
};

TEST(SourceSettings, TakeTheBundleForANameThatIsNotGiven) {
  Settings settings(fakes::texts({{"vocabulary", "topics"}}));
  const SourceSpec source =
      read_source(settings.section, "category", "taxonomy_term", "vocabulary");
  EXPECT_EQ(source.name, "topics");
  EXPECT_EQ(source.bundle, "topics");
  EXPECT_EQ(source.component, "category");
  EXPECT_EQ(source.moodle_id_field, "field_moodle_id");
  EXPECT_TRUE(settings.faults.empty());
}

TEST(SourceSettings, NeedABundle) {
  Settings settings(fakes::mapping({}));
  (void)read_source(settings.section, "course", "node", "bundle");
  EXPECT_THAT(fakes::written(settings.faults), ElementsAre(HasSubstr("s.bundle: is missing")));
}

TEST(SourceSettings, AskForTheMappedFieldAndSayWhereItStands) {
  Settings settings(fakes::texts({{"category_field", " field_cat "}, {"bad", "a b"}}));
  SourceSpec source;
  EXPECT_EQ(wish(source, settings.section, "category_field", "", "category"), "field_cat");
  EXPECT_EQ(wish(source, settings.section, "absent", "title"), "title");
  EXPECT_EQ(wish(source, settings.section, "bad"), "");
  ASSERT_EQ(source.fields.size(), 2U);
  EXPECT_EQ(source.fields[0].counterpart_of, "category");
  EXPECT_EQ(source.fields[0].origin.key, "s.category_field");
  EXPECT_THAT(fakes::written(settings.faults), ElementsAre(HasSubstr("not a field path")));
}

TEST(SourceSettings, ReportASecondSourceOfTheSameName) {
  Settings settings(fakes::mapping({}));
  SourceSpec source;
  source.name = "main";
  check_unique_name({source}, source, settings.section);
  EXPECT_THAT(fakes::written(settings.faults), ElementsAre(HasSubstr("name of another source")));
}

}  // namespace
}  // namespace moodlesync::base

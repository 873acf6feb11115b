#include "components/category/category_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/category/category.h"
#include "support/fakes/settings_tree.h"

namespace moodlesync::category {
namespace {

using fakes::list;
using fakes::mapping;
using fakes::texts;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<CategorySource> read(const SettingsNode& tree, std::vector<SettingsFault>& faults) {
  Section section(&tree, "f", "components.category", &faults);
  return read_sources(section);
}

TEST(CategorySettings, NeedNoMoreThanAVocabulary) {
  std::vector<SettingsFault> faults;
  const auto sources =
      read(mapping({{"sources", list({texts({{"vocabulary", "topics"}})})}}), faults);
  ASSERT_EQ(sources.size(), 1U);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(sources[0].spec.name, "topics");
  EXPECT_EQ(sources[0].spec.entity_type, "taxonomy_term");
  EXPECT_EQ(sources[0].name_path, "name");
  EXPECT_EQ(sources[0].description_path, "field_description");
  EXPECT_EQ(sources[0].trash_bin, std::nullopt);
  ASSERT_EQ(sources[0].spec.fields.size(), 3U);
  EXPECT_EQ(to_string(sources[0].spec.fields[2].path), "parent");
  EXPECT_EQ(sources[0].spec.fields[2].counterpart_of, "category");
}

TEST(CategorySettings, ReadEveryKey) {
  std::vector<SettingsFault> faults;
  const auto sources = read(mapping({{"sources", list({texts({{"name", "main"},
                                                              {"vocabulary", "topics"},
                                                              {"name_field", "field_title"},
                                                              {"description_field", ""},
                                                              {"moodle_id_field", "field_mid"},
                                                              {"idnumber_prefix", "a-"},
                                                              {"trash_bin", "9"}})})}}),
                            faults);
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(sources.at(0).spec.name, "main");
  EXPECT_EQ(sources[0].name_path, "field_title");
  EXPECT_EQ(sources[0].description_path, "");
  EXPECT_EQ(sources[0].spec.moodle_id_field, "field_mid");
  EXPECT_EQ(sources[0].idnumber_prefix, "a-");
  EXPECT_EQ(sources[0].trash_bin, MoodleId{9});
}

TEST(CategorySettings, ReportEveryMistake) {
  std::vector<SettingsFault> faults;
  (void)read(mapping({{"sources", list({texts({{"vocabulary", "topics"}, {"trash_bin", "0"}}),
                                        texts({{"vocabulary", "topics"}, {"vokabular", "x"}})})}}),
             faults);
  EXPECT_THAT(fakes::written(faults),
              ElementsAre(HasSubstr("sources[0].trash_bin: must be at least 1"),
                          HasSubstr("sources[1].vokabular: is not a known key"),
                          HasSubstr("name of another source")));
}

TEST(CategorySettings, NeedASource) {
  std::vector<SettingsFault> faults;
  (void)read(mapping({}), faults);
  EXPECT_THAT(fakes::written(faults), ElementsAre(HasSubstr("at least one vocabulary")));
}

TEST(CategoryKind, MakesTheComponentFromItsSection) {
  std::vector<SettingsFault> faults;
  const SettingsNode tree = mapping({{"sources", list({texts({{"vocabulary", "topics"}})})}});
  Section section(&tree, "f", "components.category", &faults);
  const auto component = kind().make(section);
  EXPECT_EQ(kind().name, "category");
  EXPECT_EQ(component->name(), "category");
  EXPECT_EQ(component->sources().size(), 1U);
  EXPECT_EQ(component->functions().size(), 3U);
}

}  // namespace
}  // namespace moodlesync::category

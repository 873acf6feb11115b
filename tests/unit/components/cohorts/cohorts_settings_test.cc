#include "components/cohorts/cohorts_settings.h"

#include "cohort_bench.h"

namespace moodlesync::cohorts {
namespace {

using fakes::list;
using fakes::mapping;
using fakes::texts;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct Read {
  CohortsSettings settings;
  std::vector<std::string> faults;
};

Read read(const SettingsNode& tree) {
  std::vector<SettingsFault> faults;
  Section section(&tree, "f", "components.cohorts", &faults);
  Read result{read_settings(section), {}};
  section.finish();
  result.faults = fakes::written(faults);
  return result;
}

TEST(CohortsSettings, NeedNoMoreThanAVocabulary) {
  const Read result = read(mapping({{"cohorts", list({texts({{"vocabulary", "groups"}})})}}));
  EXPECT_THAT(result.faults, IsEmpty());
  const CohortSource& source = result.settings.cohorts.at(0);
  EXPECT_EQ(source.spec.name, "groups");
  EXPECT_EQ(source.name_path, "name");
  EXPECT_EQ(source.description_path, "description");
  EXPECT_EQ(source.category, std::nullopt);
  EXPECT_EQ(source.visible, CohortSource::Visible::kLeftToMoodle);
  EXPECT_TRUE(source.deletes);
}

TEST(CohortsSettings, ReadEveryKeyOfACohortSource) {
  const Read result = read(mapping({{"cohorts", list({texts({{"name", "main"},
                                                             {"vocabulary", "groups"},
                                                             {"name_field", "field_title"},
                                                             {"description_field", ""},
                                                             {"category", "9"},
                                                             {"visible", "never"},
                                                             {"delete", "nothing"},
                                                             {"idnumber_prefix", "a-"}})})}}));
  EXPECT_THAT(result.faults, IsEmpty());
  const CohortSource& source = result.settings.cohorts.at(0);
  EXPECT_EQ(source.description_path, "");
  EXPECT_EQ(source.category, MoodleId{9});
  EXPECT_EQ(source.visible, CohortSource::Visible::kNever);
  EXPECT_FALSE(source.deletes);
  EXPECT_EQ(source.idnumber_prefix, "a-");
}

TEST(CohortsSettings, LetMembersWaitForUsersAndCohorts) {
  const Read result = read(mapping({{"members", list({texts({{"field", "field_groups"}})})}}));
  EXPECT_THAT(result.faults, IsEmpty());
  const SourceSpec& spec = result.settings.members.at(0).spec;
  EXPECT_EQ(spec.entity_type, "user");
  EXPECT_FALSE(spec.gives_moodle_id);
  ASSERT_EQ(spec.fields.size(), 2U);
  EXPECT_EQ(spec.fields[0].counterpart_of, "cohorts");
  EXPECT_EQ(to_string(spec.fields[1].path), "id");
  EXPECT_EQ(spec.fields[1].counterpart_of, "users");
}

TEST(CohortsSettings, CaptureTheProfileThatListsTheCohorts) {
  const Read result =
      read(mapping({{"members", list({texts({{"field", "profile:student:field_groups"}})})}}));
  const SourceSpec& spec = result.settings.members.at(0).spec;
  ASSERT_EQ(spec.owned.size(), 1U);
  EXPECT_EQ(spec.owned[0].entity_type, "profile");
  EXPECT_EQ(spec.owned[0].bundle, "student");
}

TEST(CohortsSettings, TakeSeveralSourcesOfEachKind) {
  const Read result = read(mapping(
      {{"cohorts", list({texts({{"vocabulary", "groups"}}), texts({{"vocabulary", "years"}})})},
       {"members", list({texts({{"name", "groups of users"}, {"field", "field_groups"}}),
                         texts({{"name", "years of users"}, {"field", "field_years"}})})}}));
  EXPECT_THAT(result.faults, IsEmpty());
  EXPECT_EQ(Cohorts(result.settings).sources().size(), 4U);
}

TEST(CohortsSettings, ReportEveryMistake) {
  const Read result = read(mapping(
      {{"cohorts", list({texts({{"vocabulary", "groups"},
                                {"category", "top"},
                                {"visible", "maybe"},
                                {"delete", "suspend"}}),
                         texts({{"name", "groups"}})})},
       {"members", list({texts({{"name", "m"}}), texts({{"name", "m"}, {"field", "a b"}})})}}));
  EXPECT_THAT(
      result.faults,
      UnorderedElementsAre(HasSubstr("system or the id"), HasSubstr("must be one of"),
                           HasSubstr("must be one of"), HasSubstr("say which entities"),
                           HasSubstr("name of another source"), HasSubstr("is missing: the field"),
                           HasSubstr("is not a field path"), HasSubstr("name of another source")));
}

TEST(CohortsSettings, DemandASource) {
  EXPECT_THAT(read(mapping({})).faults, ElementsAre(HasSubstr("at least one vocabulary")));
}

TEST(CohortsComponent, AsksOnlyForFunctionsThatItUses) {
  const Read cohorts_only = read(
      mapping({{"cohorts", list({texts({{"vocabulary", "groups"}, {"delete", "nothing"}})})}}));
  EXPECT_THAT(Cohorts(cohorts_only.settings).functions(),
              UnorderedElementsAre("core_cohort_create_cohorts", "core_cohort_update_cohorts"));
  EXPECT_THAT(a_component().functions(), testing::SizeIs(5));
  EXPECT_THAT(a_component().optional_functions(), Contains("core_cohort_search_cohorts"));
}

TEST(CohortsComponent, IsFoundByItsNameInTheConfiguration) {
  const SettingsNode tree = mapping({{"cohorts", list({texts({{"vocabulary", "groups"}})})}});
  std::vector<SettingsFault> faults;
  Section section(&tree, "f", "components.cohorts", &faults);
  EXPECT_EQ(kind().make(section)->name(), "cohorts");
  EXPECT_THAT(faults, IsEmpty());
}

}  // namespace
}  // namespace moodlesync::cohorts

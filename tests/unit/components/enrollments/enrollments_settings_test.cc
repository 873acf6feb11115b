#include "components/enrollments/enrollments_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/enrollments/enrollments.h"
#include "support/fakes/settings_tree.h"

namespace moodlesync::enrollments {
namespace {

using fakes::list;
using fakes::mapping;
using fakes::scalar;
using fakes::texts;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<SettingsFault> faults_of(const SettingsNode& tree) {
  std::vector<SettingsFault> faults;
  Section section(&tree, "f", "components.enrollments", &faults);
  (void)read_sources(section);
  return faults;
}

EnrollmentsSource read_one(const SettingsNode& source) {
  std::vector<SettingsFault> faults;
  const SettingsNode tree = mapping({{"sources", list({source})}});
  Section section(&tree, "f", "components.enrollments", &faults);
  std::vector<EnrollmentsSource> sources = read_sources(section);
  EXPECT_THAT(fakes::written(faults), IsEmpty());
  return std::move(sources.at(0));
}

SettingsNode one_source(const SettingsNode& registrations) {
  return mapping({{"bundle", scalar("course")}, {"registrations", list({registrations})}});
}

TEST(EnrollmentsSettings, NeedNoMoreThanABundleAndARegistrationType) {
  const EnrollmentsSource source = read_one(one_source(texts({{"type", "seminar"}})));
  EXPECT_EQ(source.spec.name, "course");
  EXPECT_EQ(source.spec.entity_type, "node");
  EXPECT_FALSE(source.spec.gives_moodle_id);
  EXPECT_EQ(source.default_role, MoodleId{5});
  EXPECT_EQ(source.removal, Removal::kSuspend);
  ASSERT_EQ(source.registrations.size(), 1U);
  EXPECT_EQ(source.registrations[0].user_path, "user_uid");
  EXPECT_EQ(source.registrations[0].role_path, "");
  EXPECT_THAT(source.registrations[0].active_states, IsEmpty());
}

TEST(EnrollmentsSettings, AskForTheCourseAndItsRegistrationsWithTheirUsers) {
  const SourceSpec spec = read_one(one_source(texts({{"type", "seminar"}}))).spec;
  ASSERT_EQ(spec.fields.size(), 1U);
  EXPECT_EQ(to_string(spec.fields[0].path), "id");
  EXPECT_EQ(spec.fields[0].counterpart_of, "course");
  ASSERT_EQ(spec.owned.size(), 1U);
  EXPECT_EQ(spec.owned[0].entity_type, "registration");
  EXPECT_EQ(spec.owned[0].bundle, "seminar");
  ASSERT_EQ(spec.owned[0].fields.size(), 2U);
  EXPECT_EQ(to_string(spec.owned[0].fields[0].path), "user_uid");
  EXPECT_EQ(spec.owned[0].fields[0].counterpart_of, "users");
  EXPECT_EQ(to_string(spec.owned[0].fields[1].path), "state");
}

TEST(EnrollmentsSettings, ReadEveryKeyOfRegistrations) {
  SettingsNode registrations = texts({{"type", "seminar"},
                                      {"user_field", "field_person"},
                                      {"role_field", "field_role"},
                                      {"start_field", "field_from"},
                                      {"end_field", "field_until"}});
  registrations.entries.emplace_back("active_states", list({scalar("complete"), scalar("held")}));
  const EnrollmentsSource source = read_one(one_source(registrations));
  const RegistrationRule& rule = source.registrations.at(0);
  EXPECT_EQ(rule.user_path, "field_person");
  EXPECT_EQ(rule.role_path, "field_role");
  EXPECT_EQ(rule.start_path, "field_from");
  EXPECT_EQ(rule.end_path, "field_until");
  EXPECT_THAT(rule.active_states, ElementsAre("complete", "held"));
  EXPECT_EQ(source.spec.owned[0].fields.size(), 5U);
}

TEST(EnrollmentsSettings, ReadParticipantsRolesAndRemovals) {
  const EnrollmentsSource source = read_one(
      mapping({{"name", scalar("main")},
               {"entity", scalar("taxonomy_term")},
               {"bundle", scalar("topics")},
               {"default_role", scalar("9")},
               {"removal", scalar("unenrol")},
               {"participant_removal", scalar("unassign")},
               {"participants", list({texts({{"field", "field_students"}}),
                                      texts({{"field", "field_teachers"}, {"role", "3"}})})}}));
  EXPECT_EQ(source.spec.entity_type, "taxonomy_term");
  EXPECT_EQ(source.removal, Removal::kUnenrol);
  EXPECT_EQ(source.participant_removal, Removal::kUnassign);
  ASSERT_EQ(source.participants.size(), 2U);
  EXPECT_EQ(source.participants[0].role, MoodleId{9});
  EXPECT_EQ(source.participants[1].role, MoodleId{3});
  EXPECT_EQ(source.spec.fields.at(2).counterpart_of, "users");
}

TEST(EnrollmentsSettings, ReportEveryMistake) {
  const auto faults = fakes::written(faults_of(
      mapping({{"sources", list({mapping({{"bundle", scalar("course")},
                                          {"removal", scalar("delete")},
                                          {"registrations", list({texts({{"typ", "x"}})})},
                                          {"participants", list({texts({{"role", "0"}})})}}),
                                 texts({{"bundle", "course"}})})}})));
  EXPECT_THAT(faults, Contains(HasSubstr("sources[0].removal: ")));
  EXPECT_THAT(faults, Contains(HasSubstr("registrations[0].type: is missing")));
  EXPECT_THAT(faults, Contains(HasSubstr("registrations[0].typ: ")));
  EXPECT_THAT(faults, Contains(HasSubstr("participants[0].field: must name")));
  EXPECT_THAT(faults, Contains(HasSubstr("participants[0].role: ")));
  EXPECT_THAT(faults, Contains(HasSubstr("sources[1].bundle: nobody can be enrolled")));
  EXPECT_THAT(faults, Contains(HasSubstr("sources[1].bundle: 'course' has a source already")));
}

TEST(EnrollmentsSettings, RefuseARegistrationTypeTwice) {
  const auto faults = faults_of(mapping(
      {{"sources", list({mapping({{"bundle", scalar("course")},
                                  {"registrations", list({texts({{"type", "seminar"}}),
                                                          texts({{"type", "seminar"}})})}})})}}));
  EXPECT_THAT(fakes::written(faults), ElementsAre(HasSubstr("'seminar' is listed twice")));
}

TEST(EnrollmentsSettings, WithoutSourcesAreAMistake) {
  EXPECT_THAT(fakes::written(faults_of(mapping({}))),
              ElementsAre(HasSubstr("at least one kind of course")));
}

TEST(EnrollmentsFunctions, DoNotHoldUnenrolWhereNothingUnenrols) {
  const Enrollments component({read_one(one_source(texts({{"type", "seminar"}})))});
  EXPECT_THAT(component.functions(),
              ElementsAre("enrol_manual_enrol_users", "core_role_unassign_roles",
                          "core_enrol_get_enrolled_users"));
}

TEST(EnrollmentsFunctions, HoldUnenrolWhereParticipantsMayGo) {
  const Enrollments component(
      {read_one(mapping({{"bundle", scalar("course")},
                         {"participants", list({texts({{"field", "field_students"}})})}}))});
  EXPECT_THAT(component.functions(), Contains("enrol_manual_unenrol_users"));
}

TEST(EnrollmentsKind, IsFoundByItsName) { EXPECT_EQ(kind().name, "enrollments"); }

}  // namespace
}  // namespace moodlesync::enrollments

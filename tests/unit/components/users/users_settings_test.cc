#include "components/users/users_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "components/users/users.h"
#include "support/fakes/settings_tree.h"

namespace moodlesync::users {
namespace {

using fakes::list;
using fakes::mapping;
using fakes::scalar;
using fakes::texts;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Entries = std::vector<std::pair<std::string, SettingsNode>>;

struct Read {
  std::vector<UserSource> sources;
  std::vector<std::string> faults;
};

Read read(Entries entries) {
  const SettingsNode tree = mapping({{"sources", list({mapping(std::move(entries))})}});
  std::vector<SettingsFault> faults;
  Section section(&tree, "f", "components.users", &faults);
  Read result{read_sources(section), {}};
  result.faults = fakes::written(faults);
  return result;
}

Entries with_names(Entries more = {}) {
  more.insert(more.begin(),
              {"fields", texts({{"firstname", "field_first"}, {"lastname", "field_last"}})});
  return more;
}

TEST(UsersSettings, NeedNoMoreThanTheNames) {
  const Read result = read(with_names());
  EXPECT_THAT(result.faults, IsEmpty());
  const UserSource& source = result.sources.at(0);
  EXPECT_EQ(source.spec.name, "users");
  EXPECT_EQ(source.spec.entity_type, "user");
  EXPECT_EQ(source.spec.bundle, "");
  EXPECT_EQ(source.auth, "oauth2");
  EXPECT_EQ(source.password, PasswordPolicy::kNone);
  EXPECT_EQ(source.deletion, UserSource::Deletion::kNothing);
  EXPECT_TRUE(source.suspend_blocked);
  EXPECT_EQ(source.fields.size(), 4U);
}

TEST(UsersSettings, ReadUsernameAndAddressFromTheAccountUnlessMapped) {
  const Read result = read(
      {{"fields",
        texts({{"firstname", "field_first"}, {"lastname", "field_last"}, {"username", "mail"}})}});
  EXPECT_THAT(result.faults, IsEmpty());
  std::vector<std::string> paths;
  for (const MappedField& field : result.sources.at(0).fields) paths.push_back(field.path);
  EXPECT_THAT(paths, UnorderedElementsAre("field_first", "field_last", "mail", "mail"));
}

TEST(UsersSettings, ReadEveryKey) {
  const Read result = read(with_names({{"name", scalar("people")},
                                       {"auth", scalar("manual")},
                                       {"password", scalar("createpassword")},
                                       {"extended_usernames", scalar("true")},
                                       {"exclude_roles", list({scalar("bot")})},
                                       {"suspend_blocked", scalar("false")},
                                       {"delete", scalar("suspend")},
                                       {"adopt_by", list({scalar("username"), scalar("email")})},
                                       {"idnumber_prefix", scalar("a-")},
                                       {"moodle_id_field", scalar("field_mid")}}));
  EXPECT_THAT(result.faults, IsEmpty());
  const UserSource& source = result.sources.at(0);
  EXPECT_EQ(source.spec.name, "people");
  EXPECT_EQ(source.password, PasswordPolicy::kCreatePassword);
  EXPECT_EQ(source.usernames, UsernameRule::kExtended);
  EXPECT_FALSE(source.suspend_blocked);
  EXPECT_EQ(source.deletion, UserSource::Deletion::kSuspend);
  EXPECT_TRUE(source.adopt_by_username && source.adopt_by_email);
  EXPECT_EQ(source.spec.moodle_id_field, "field_mid");
  EXPECT_EQ(to_string(source.spec.fields.back().path), "roles");
}

TEST(UsersSettings, CaptureTheProfilesThatAreRead) {
  const Read result = read({{"fields", texts({{"firstname", "profile:main:field_first"},
                                              {"lastname", "profile:main:field_last"},
                                              {"city", "profile:address:field_city"}})}});
  const UserSource& source = result.sources.at(0);
  ASSERT_EQ(source.spec.owned.size(), 2U);
  EXPECT_EQ(source.spec.owned[0].entity_type, "profile");
  EXPECT_EQ(source.spec.owned[0].bundle, "main");
  EXPECT_EQ(source.spec.owned[1].bundle, "address");
  EXPECT_THAT(source.spec.owned[0].fields, IsEmpty());
}

TEST(UsersSettings, DemandBothNames) {
  const Read result = read({});
  EXPECT_THAT(result.faults, ElementsAre(HasSubstr("firstname"), HasSubstr("lastname")));
}

TEST(UsersSettings, NameTheNearestFieldForAnUnknownOne) {
  const Read result = read({{"fields", texts({{"firstname", "field_first"},
                                              {"lastname", "field_last"},
                                              {"contry", "field_country"}})}});
  EXPECT_THAT(result.faults, ElementsAre(HasSubstr("did you mean 'country'?")));
}

TEST(UsersSettings, ExplainFieldsThatAreNotMapped) {
  const Read result = read({{"fields", texts({{"firstname", "field_first"},
                                              {"lastname", "field_last"},
                                              {"password", "field_pw"},
                                              {"idnumber", "id"},
                                              {"icq", "field_icq"}})}});
  EXPECT_THAT(result.faults,
              ElementsAre(HasSubstr("see the key 'password'"), HasSubstr("no longer a field")));
}

TEST(UsersSettings, RefuseImpossibleCombinationsOfAuthAndPassword) {
  EXPECT_THAT(read(with_names({{"auth", scalar("manual")}, {"password", scalar("none")}})).faults,
              ElementsAre(HasSubstr("needs a password")));
  EXPECT_THAT(read(with_names({{"password", scalar("createpassword")}})).faults,
              ElementsAre(HasSubstr("keeps no password in Moodle")));
}

TEST(UsersSettings, RefuseAuthPluginsThatMoodleRefuses) {
  EXPECT_THAT(read(with_names({{"auth", scalar("webservice")}})).faults,
              Contains(HasSubstr("auth")));
  EXPECT_THAT(read(with_names({{"auth", scalar("OAuth 2")}})).faults, Contains(HasSubstr("auth")));
}

TEST(UsersSettings, ReportEveryOtherMistake) {
  const Read result = read(with_names({{"delete", scalar("purge")},
                                       {"adopt_by", list({scalar("name")})},
                                       {"exclude_roles", list({scalar("authenticated")})},
                                       {"customfields", texts({{"a b", "field_x"}})},
                                       {"exclude_role", scalar("bot")}}));
  EXPECT_THAT(result.faults,
              UnorderedElementsAre(HasSubstr("must be one of"), HasSubstr("username and email"),
                                   HasSubstr("every user's role"), HasSubstr("no short name"),
                                   HasSubstr("did you mean 'exclude_roles'?")));
}

TEST(UsersSettings, ReportTheLineOfAFieldForLater) {
  SettingsNode fields = texts({{"firstname", "field_first"}, {"lastname", "field_last"}});
  fields.entries[1].value.line = 12;
  const Read result = read({{"fields", fields}});
  const auto& wishes = result.sources.at(0).spec.fields;
  EXPECT_EQ(wishes[1].origin.key, "components.users.sources[0].fields.lastname");
  EXPECT_EQ(wishes[1].origin.line, 12);
}

TEST(UsersComponent, AsksForTheRightToDeleteOnlyWhenItDeletes) {
  const Users keeps(read(with_names()).sources);
  const Users deletes(read(with_names({{"delete", scalar("delete")}})).sources);
  EXPECT_THAT(keeps.functions(),
              UnorderedElementsAre("core_user_create_users", "core_user_update_users",
                                   "core_user_get_users_by_field"));
  EXPECT_THAT(deletes.functions(), Contains("core_user_delete_users"));
  EXPECT_THAT(keeps.optional_functions(), ElementsAre("core_user_get_users"));
}

TEST(UsersComponent, IsFoundByItsNameInTheConfiguration) {
  const SettingsNode tree = mapping({{"sources", list({mapping(with_names())})}});
  std::vector<SettingsFault> faults;
  Section section(&tree, "f", "components.users", &faults);
  const auto component = kind().make(section);
  EXPECT_THAT(faults, IsEmpty());
  EXPECT_EQ(component->name(), "users");
  EXPECT_EQ(component->sources().size(), 1U);
}

}  // namespace
}  // namespace moodlesync::users

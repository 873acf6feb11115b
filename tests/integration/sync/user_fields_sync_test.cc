// Which values of a user reach Moodle, and in what form.
#include <gtest/gtest.h>

#include "integration/sync/people.h"

namespace moodlesync {
namespace {

using sim::User;
using testsupport::DrupalSite;
using testsupport::Item;
using testsupport::People;

/// Moodle's name of a plain text field → a value for it.
const std::map<std::string, std::string>& plain_texts() {
  static const std::map<std::string, std::string> kTexts{
      {"firstnamephonetic", "Eida"},
      {"lastnamephonetic", "Lavleis"},
      {"middlename", "Augusta"},
      {"alternatename", "Countess of Lovelace"},
      {"institution", "Künste & Medien"},
      {"department", "Analytical <Engines>"},
      {"address", "St. James's Square 12"},
      {"phone1", "+43 1 71155-0"},
      {"phone2", "0660 123"},
      {"country", "AT"},
      {"interests", "flying"},
      {"theme", "classic"},
  };
  return kTexts;
}

People::Options with_all_fields() {
  People::Options options;
  for (const auto& [name, text] : plain_texts()) options.fields += ", " + name + ": field_" + name;
  options.fields +=
      ", description: field_about, timezone: timezone, lang: preferred_langcode, maildisplay: "
      "field_display";
  options.model = [](DrupalSite& site) {
    for (const auto& [name, text] : plain_texts())
      site.add_field({"user", {"user"}, "field_" + name, "string"});
    site.add_field({"user", {"user"}, "field_about", "text_long"});
    site.add_field({"user", {"user"}, "field_display", "list_integer"});
  };
  return options;
}

testsupport::Fields all_fields() {
  testsupport::Fields fields;
  for (const auto& [name, text] : plain_texts()) fields["field_" + name] = {text};
  fields["field_about"] = {
      Item(std::map<std::string, std::string>{{"value", "<p>a &lt; b</p>"}, {"format", "full"}})};
  fields["field_display"] = {"0"};
  return fields;
}

class UserFieldsSync : public testing::Test {
 protected:
  UserFieldsSync() : people_(with_all_fields()) {
    people_.moodle().change_settings([](sim::Settings& settings) {
      settings.languages = {"en", "de"};
    });
  }
  /// The variables of the first row of the last call of a function.
  std::map<std::string, std::string> last_row(const std::string& function) {
    std::map<std::string, std::string> row;
    const auto calls = people_.moodle().calls(function);
    if (calls.empty()) return row;
    for (const sim::FormVariable& variable : calls.back().variables())
      row[variable.name] = variable.value;
    return row;
  }
  People people_;
};

TEST_F(UserFieldsSync, EveryMappedFieldReachesMoodle) {
  const std::int64_t uid = people_.user(
      "ada", all_fields(), {{"timezone", "Europe/Vienna"}, {"preferred_langcode", "de"}});
  people_.sync();
  const User account = people_.account(uid);
  for (const auto& [name, text] : plain_texts()) {
    const std::string wanted = name == "department" ? "Analytical" : text;
    EXPECT_EQ(account.text(name).substr(0, wanted.size()), wanted) << name;
  }
  EXPECT_EQ(account.text("description"), "<p>a &lt; b</p>");
  EXPECT_EQ(account.timezone, "Europe/Vienna");
  EXPECT_EQ(account.lang, "de");
  EXPECT_EQ(account.maildisplay, 0);
}

TEST_F(UserFieldsSync, WhatIsClearedInDrupalIsClearedInMoodle) {
  const std::int64_t uid = people_.user("ada", all_fields(), {{"timezone", "Europe/Vienna"}});
  people_.sync();
  testsupport::Fields none = all_fields();
  for (auto& [name, items] : none) items.clear();
  people_.drupal().save_user(uid, {.base = {{"timezone", ""}}, .fields = none});
  people_.sync();
  const User account = people_.account(uid);
  for (const char* name :
       {"middlename", "institution", "address", "phone1", "theme", "description"})
    EXPECT_EQ(account.text(name), "") << name;
  EXPECT_NE(account.text("country"), "0") << "an empty country is not an unknown one";
  EXPECT_EQ(account.timezone, "99");
  EXPECT_EQ(account.firstname, "Givenada");
}

TEST_F(UserFieldsSync, ACountryThatIsNoIsoCodeParksTheUser) {
  auto fields = all_fields();
  fields["field_country"] = {"Austria"};
  const std::int64_t uid = people_.user("ada", fields);
  people_.sync();
  EXPECT_EQ(people_.account(uid).id, 0);
  EXPECT_EQ(people_.rig().parked("user", uid).code, "bad_country");
  people_.set_field({"user", uid}, "field_country", {"at"});
  EXPECT_EQ(people_.account(uid).text("country"), "AT") << "in any case of letters";
}

TEST_F(UserFieldsSync, AnEmptyNameParksTheUserAndIsNeverSent) {
  const std::int64_t uid = people_.user("ada", all_fields());
  people_.sync();
  (void)people_.rig().calls_since_last_look();
  people_.set_field({"user", uid}, "field_last_name", {});
  EXPECT_EQ(people_.rig().calls_since_last_look(), 0);
  EXPECT_EQ(people_.rig().parked("user", uid).code, "missing_name");
  EXPECT_EQ(people_.account(uid).lastname, "Familyada");
}

TEST_F(UserFieldsSync, AnEmptyUsernameAddressOrLanguageIsNeverSent) {
  const std::int64_t uid = people_.user("ada", all_fields(), {{"preferred_langcode", "de"}});
  people_.sync();
  people_.set_base({"user", uid}, {{"mail", ""}});
  EXPECT_EQ(people_.rig().parked("user", uid).code, "missing_email");
  people_.set_base({"user", uid},
                   {{"mail", "ada@example.org"}, {"preferred_langcode", ""}, {"timezone", "3"}});
  EXPECT_EQ(last_row("core_user_update_users").count("users[0][lang]"), 0U);
  EXPECT_EQ(people_.account(uid).lang, "de");
  EXPECT_EQ(people_.account(uid).timezone, "3");
  EXPECT_EQ(people_.account(uid).username, "ada");
}

TEST_F(UserFieldsSync, SuspendedIsNoPartOfACreate) {
  people_.user("ada", all_fields(), {{"status", "0"}});
  people_.sync();
  for (const sim::Call& call : people_.moodle().calls("core_user_create_users"))
    EXPECT_EQ(call.body.find("suspended"), std::string::npos);
  EXPECT_EQ(last_row("core_user_update_users").at("users[0][suspended]"), "1");
}

TEST_F(UserFieldsSync, NamesAndAddressesArriveInLowerCase) {
  const std::int64_t uid =
      people_.user("ADA.Lovelace", all_fields(), {{"mail", "Ada.LOVELACE@Example.ORG"}});
  people_.sync();
  EXPECT_EQ(people_.account(uid).username, "ada.lovelace");
  EXPECT_EQ(people_.account(uid).email, "ada.lovelace@example.org");
}

TEST_F(UserFieldsSync, OfSeveralProfilesTheDefaultOneThatIsActiveCounts) {
  const std::int64_t uid = people_.user("ada", all_fields());
  const auto profile = [&](const char* programme, const char* status, const char* is_default) {
    return people_.drupal().create_profile("student", uid, {{"field_programme", {programme}}},
                                           {{"status", status}, {"is_default", is_default}});
  };
  profile("inactive", "0", "1");
  profile("second", "1", "0");
  const std::int64_t chosen = profile("default", "1", "1");
  people_.sync();
  EXPECT_EQ(people_.account(uid).profile.at("programme"), "default");
  people_.set_base({"profile", chosen}, {{"status", "0"}, {"is_default", "0"}});
  EXPECT_EQ(people_.account(uid).profile.at("programme"), "second");
}

TEST_F(UserFieldsSync, TheAnonymousUserNeverGetsAnAccount) {
  people_.drupal().sql().script(
      "INSERT INTO moodle_sync.change (entity_type, entity_id, op) "
      "VALUES ('user', 0, 'U')");
  people_.sync();
  EXPECT_EQ(people_.moodle().count("core_user_create_users"), 0);
  EXPECT_EQ(people_.rig().tasks("parked"), 0);
}

TEST(UserFieldsSyncOptions, AnIdnumberHasItsPrefix) {
  People people({.users = "        idnumber_prefix: site-a-\n"});
  const std::int64_t uid = people.user("ada");
  people.sync();
  const auto state = people.moodle().state();
  EXPECT_EQ(state->user_with_username("ada")->idnumber, "site-a-" + std::to_string(uid));
}

}  // namespace
}  // namespace moodlesync

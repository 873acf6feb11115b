#include "app/import_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/settings.h"
#include "components/registry.h"
#include "fake_rooms.h"

namespace moodlesync::app {
namespace {

using Json = nlohmann::ordered_json;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Makes configurations of old settings and has the real reader read them.
class ImportConfigTest : public testing::Test {
 protected:
  ImportConfigTest() {
    token_ = folder_.write("token", "0123456789abcdef0123456789abcdef\n");
    wish_.dbname = "drupal";
    wish_.token_file = token_;
    set("moodle_sync.settings", {{"drupalpath", "https://www.uni.example"},
                                 {"moodlepath", "https://moodle.uni.example/"},
                                 {"token", "0123456789abcdef0123456789abcdef"}});
  }
  void set(const std::string& name, Json object) {
    objects_.by_name.insert_or_assign(name, std::move(object));
  }
  void set_course(const Json& more = Json::object()) {
    Json course{{"entity_type", "node"},
                {"entity_name", "course"},
                {"categories", "fixed_categories"},
                {"category_id", "12"},
                {"map_fields", {{"fullname", "title"}, {"shortname", "field_short"}}}};
    course.update(more);
    set("moodle_sync_course.settings", course);
  }
  ImportedConfig import() { return import_old_settings(objects_, wish_); }
  /// The faults that the real reader finds; its settings are kept.
  std::vector<std::string> faults(const ImportedConfig& imported) {
    const auto kinds = all_components();
    const Environment nothing = [](const std::string&) { return std::nullopt; };
    LoadedSettings loaded =
        read_settings(imported.yaml, folder_.path() / "moodle-syncd.yaml", kinds, nothing);
    std::vector<std::string> found;
    for (const SettingsFault& fault : loaded.report.faults) {
      found.push_back(to_string(fault.origin) + ": " + fault.message);
    }
    settings_ = std::move(loaded.settings);
    return found;
  }
  /// The fields that the sources of a component ask Drupal for.
  std::vector<std::string> wishes(std::string_view component) {
    std::vector<std::string> paths;
    if (!settings_) return paths;
    for (const SourceSpec& source : settings_->sources()) {
      if (source.component != component) continue;
      for (const FieldWish& wish : source.fields) paths.push_back(to_string(wish.path));
      for (const OwnedSpec& owned : source.owned) paths.push_back(owned.bundle);
    }
    return paths;
  }

  TemporaryFolder folder_;
  std::filesystem::path token_;
  ImportWish wish_;
  DrupalConfig::Objects objects_;
  std::optional<Settings> settings_;
};

TEST_F(ImportConfigTest, CarriesOverAWholeSite) {
  set("moodle_sync_category.settings",
      {{"selected_taxonomy_term", "sections"}, {"moodle_trashbin_id", "99"}});
  set_course({{"categories", "entitity_categories"},
              {"category_field", "field_category"},
              {"category_fallback", "3"},
              {"template_field", "field_template"},
              {"template_hide", true},
              {"deletion", true},
              {"map_customfields", {{"ects", "field_ects:value"}}}});
  set("moodle_sync_template.settings", {{"entity_name", "templates"},
                                        {"category_id", 4},
                                        {"map_fields", {{"fullname", "name"}}},
                                        {"deletion", 1},
                                        {"moodle_template_trashbin_id", "98"}});
  set("moodle_sync_users.settings",
      {{"auth", "ldap"},
       {"roles", {{"administrator", "1"}, {"editor", 0}, {"guest lecturer", 1}}},
       {"map_fields",
        {{"idnumber", "uid"},
         {"firstname", "field_first"},
         {"lastname", "profile_person_field_last"}}}});
  set("moodle_sync_enrollment.settings", {{"fieldname", "field_teachers"},
                                          {"role", "3"},
                                          {"registration_types", Json::array({"seminar"})},
                                          {"role_field", "field_role"}});
  set("moodle_sync_cohort.settings", {{"vocabulary", "groups"},
                                      {"reference_entity", "profile"},
                                      {"profile_type", "student"},
                                      {"reference_field", "field_group"}});
  const ImportedConfig imported = import();
  EXPECT_THAT(faults(imported), IsEmpty()) << imported.yaml;
  EXPECT_EQ(imported.components,
            (std::vector<std::string>{"category", "course", "users", "enrollments", "cohorts"}));
  ASSERT_TRUE(settings_.has_value());
  EXPECT_EQ(settings_->engine.site_url, "https://www.uni.example");
  EXPECT_EQ(settings_->moodle.base_url, "https://moodle.uni.example");
  EXPECT_THAT(wishes("course"), Contains("field_category"));
  EXPECT_THAT(wishes("course"), Contains("field_ects:value"));
  EXPECT_THAT(wishes("users"), Contains("profile:person:field_last"));
  EXPECT_THAT(wishes("enrollments"), Contains("seminar"));
  EXPECT_THAT(wishes("cohorts"), Contains("profile:student:field_group"));
  EXPECT_THAT(imported.yaml, HasSubstr("exclude_roles: [administrator, \"guest lecturer\"]"));
  EXPECT_THAT(imported.yaml, HasSubstr("trash_bin: 98"));
  EXPECT_THAT(imported.yaml, HasSubstr("fallback: 3"));
}

TEST_F(ImportConfigTest, NeverWritesTheTokenIntoTheConfiguration) {
  set_course();
  const ImportedConfig imported = import();
  EXPECT_EQ(imported.token, "0123456789abcdef0123456789abcdef");
  EXPECT_THAT(imported.yaml, Not(HasSubstr(imported.token)));
  for (const std::string& note : imported.notes) EXPECT_THAT(note, Not(HasSubstr(imported.token)));
}

TEST_F(ImportConfigTest, SaysWhatItCouldNotCarryOver) {
  set("moodle_sync_user.settings", {{"map_fields",
                                     {{"firstname", "field_first"},
                                      {"icq", "field_icq"},
                                      {"skype", "field_skype"},
                                      {"city", "0"},
                                      {"shoe_size", "field_size"}}},
                                    {"colour", "green"}});
  const ImportedConfig imported = import();
  EXPECT_THAT(faults(imported), IsEmpty()) << imported.yaml;
  EXPECT_THAT(imported.notes, Contains(HasSubstr("map_fields.icq is no longer a field")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("map_fields.skype is no longer a field")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("map_fields.shoe_size is no field")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("colour is not known here")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("one fixed password")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("does not map lastname")));
  EXPECT_THAT(imported.yaml, HasSubstr("# - moodle_sync_user.settings: map_fields.icq"));
  EXPECT_THAT(imported.yaml, Not(HasSubstr("city")));
}

TEST_F(ImportConfigTest, FillsInWhatTheNewReaderNeeds) {
  set("moodle_sync.settings", Json::object());
  set_course({{"map_fields", Json::array()}, {"category_id", ""}});
  set("moodle_sync_users.settings", Json::object());
  const ImportedConfig imported = import();
  EXPECT_THAT(faults(imported), IsEmpty()) << imported.yaml;
  EXPECT_THAT(imported.notes, Contains(HasSubstr("drupalpath names no site")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("moodlepath is no address")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("token is empty")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("does not map fullname")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("does not map shortname")));
}

TEST_F(ImportConfigTest, TakesTheFirstOfSeveralSites) {
  set("moodle_sync.settings", {{"drupalpath", "https://a.example , https://b.example"},
                               {"moodlepath", "http://m.example"}});
  set_course();
  const ImportedConfig imported = import();
  EXPECT_THAT(faults(imported), IsEmpty()) << imported.yaml;
  EXPECT_EQ(settings_->engine.site_url, "https://a.example");
  EXPECT_THAT(imported.notes, Contains(HasSubstr("names several sites")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("crosses the network in clear")));
}

TEST_F(ImportConfigTest, LeavesOutAnEndWithoutABeginning) {
  set_course({{"map_fields",
               {{"fullname", "title"}, {"shortname", "field_s"}, {"enddate", "field_end"}}}});
  const ImportedConfig imported = import();
  EXPECT_THAT(faults(imported), IsEmpty()) << imported.yaml;
  EXPECT_THAT(imported.notes, Contains(HasSubstr("enddate without startdate")));
}

TEST_F(ImportConfigTest, ReadsCheckBoxesAsAList) {
  set_course();
  set("moodle_sync_enrollments.settings",
      {{"registration_types", {{"seminar", "seminar"}, {"exam", 0}, {"talk", "0"}}}});
  const ImportedConfig imported = import();
  EXPECT_THAT(faults(imported), IsEmpty()) << imported.yaml;
  EXPECT_THAT(imported.yaml, HasSubstr("- type: seminar"));
  EXPECT_THAT(imported.yaml, Not(HasSubstr("- type: exam")));
}

TEST_F(ImportConfigTest, SurvivesValuesOfEveryWrongType) {
  const std::vector<Json> odd{Json(),
                              Json(true),
                              Json(0),
                              Json(-7),
                              Json(1.5),
                              Json("0"),
                              Json(""),
                              Json("a: b # c"),
                              Json("${HOME}"),
                              Json("\"quoted\" \\ back"),
                              Json("two\nlines\x01"),
                              Json::array(),
                              Json::array({1, "x", Json::object()}),
                              Json{{"k", Json{{"deep", 1}}}},
                              Json{{"x: y", "field_x"}, {"", "field_y"}, {"ok", "a b"}}};
  const std::map<std::string, std::vector<std::string>> keys{
      {"moodle_sync.settings", {"drupalpath", "moodlepath", "token", "log_file"}},
      {"moodle_sync_category.settings", {"selected_taxonomy_term", "moodle_trashbin_id"}},
      {"moodle_sync_course.settings",
       {"entity_name", "entity_type", "categories", "category_id", "category_field",
        "category_fallback", "template_field", "template_hide", "deletion", "map_fields",
        "map_customfields"}},
      {"moodle_sync_template.settings",
       {"entity_name", "category_id", "map_fields", "moodle_template_trashbin_id", "deletion"}},
      {"moodle_sync_users.settings",
       {"auth", "deletion", "roles", "map_fields", "map_customfields"}},
      {"moodle_sync_enrollments.settings",
       {"fieldname", "role", "registration_types", "role_field"}},
      {"moodle_sync_cohorts.settings",
       {"vocabulary", "reference_entity", "profile_type", "reference_field"}}};
  for (const auto& [name, names] : keys) {
    for (const std::string& key : names) {
      for (const Json& value : odd) {
        objects_.by_name["moodle_sync.settings"] = {{"drupalpath", "https://a.example"}};
        set_course();
        objects_.by_name[name][key] = value;
        const ImportedConfig imported = import();
        // With nothing to sync, the command writes no file.
        const auto found =
            imported.components.empty() ? std::vector<std::string>{} : faults(imported);
        EXPECT_THAT(found, IsEmpty()) << name << " " << key << " " << value << "\n"
                                      << imported.yaml;
        objects_.by_name.clear();
      }
    }
  }
}

TEST_F(ImportConfigTest, NamesWhatCannotBeReadAndWhatIsUnknown) {
  set_course();
  set("moodle_sync_completion.settings", {{"field_total", "field_t"}});
  set("moodle_sync_exotic.settings", Json::object());
  objects_.unreadable["moodle_sync_users.settings"] = "byte 12: a length is wrong";
  const ImportedConfig imported = import();
  EXPECT_THAT(imported.notes, Contains(HasSubstr("moodle_sync_users.settings cannot be read")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("what Moodle tells Drupal")));
  EXPECT_THAT(imported.notes, Contains(HasSubstr("moodle_sync_exotic.settings is not known")));
}

TEST_F(ImportConfigTest, SaysWhenThereIsNothingToSync) {
  EXPECT_THAT(import().components, IsEmpty());
}

}  // namespace
}  // namespace moodlesync::app

#include "app/import_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "integration/commands/command_rig.h"
#include "support/drupal_site/php_writer.h"

namespace moodlesync {
namespace {

using app::ExitCode;
using testing::HasSubstr;
using testing::Not;
using testsupport::bytea;
using testsupport::CommandRig;
using testsupport::Php;

TEST(Import, ReadsTheOldModulesSettingsFromDrupalsDatabase) {
  CommandRig rig;
  const auto store = [&rig](const std::string& name, const Php& value) {
    rig.drupal().sql().run("INSERT INTO config (collection, name, data) VALUES ('', $1, $2)",
                           {name, bytea(value.bytes())});
  };
  store("moodle_sync.settings", Php::map({{"drupalpath", "https://www.uni.example"},
                                          {"moodlepath", "https://moodle.uni.example"},
                                          {"token", "feedfacefeedfacefeedfacefeedface"}}));
  store("moodle_sync_course.settings",
        Php::map({{"entity_type", "node"},
                  {"entity_name", "course"},
                  {"categories", "entitity_categories"},
                  {"category_field", "field_category"},
                  {"category_fallback", ""},
                  {"deletion", 1},
                  {"map_fields", Php::map({{"idnumber", "id"},
                                           {"fullname", "title"},
                                           {"shortname", "field_shortname"},
                                           {"theme", "0"}})}}));
  app::ImportWish wish;
  wish.connection = rig.drupal().connection();
  EXPECT_EQ(rig.run(&app::import_config, {.import = wish}), ExitCode::kOk) << rig.err();
  EXPECT_THAT(rig.out(), HasSubstr("site_url: https://www.uni.example"));
  EXPECT_THAT(rig.out(), HasSubstr("shortname: field_shortname"));
  EXPECT_THAT(rig.out(), HasSubstr("delete: delete"));
  EXPECT_THAT(rig.out(), Not(HasSubstr("theme")));
  EXPECT_THAT(rig.out() + rig.err(), Not(HasSubstr("feedface")));
}

}  // namespace
}  // namespace moodlesync

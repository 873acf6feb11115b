#include "drupal/postgres/config_reader.h"

#include <gtest/gtest.h>

#include "integration/drupal_queue/queue_fixture.h"
#include "support/drupal_site/php_writer.h"

namespace moodlesync::postgres {
namespace {

using testsupport::bytea;
using testsupport::Php;

class ConfigReaderTest : public QueueTest {
 protected:
  void store(const std::string& name, std::string_view bytes, const std::string& collection = "") {
    site_.sql().run(
        "INSERT INTO " + site_.table("config") + " (collection, name, data) VALUES ($1, $2, $3)",
        {collection, name, bytea(bytes)});
  }
  ConfigReader reader_{one_.connection, one_.names};
};

TEST_F(ConfigReaderTest, ReadsWhatAModuleStored) {
  store("moodle_sync.settings", Php::map({{"drupalpath", "https://old.example"},
                                          {"on", true},
                                          {"off", false},
                                          {"id", 12},
                                          {"types", Php::list({"a", "b"})},
                                          {"map", Php::map({{"fullname", "title"}})}})
                                    .bytes());
  store("moodle_sync.settings", Php::map({{"drupalpath", "https://alt.example"}}).bytes(),
        "language.de");
  store("moodle_other.settings", Php::map({}).bytes());
  const auto objects = reader_.read("moodle_sync");
  ASSERT_TRUE(objects) << objects.error().message;
  ASSERT_EQ(objects->by_name.size(), 1U);
  EXPECT_EQ(objects->by_name.at("moodle_sync.settings").dump(),
            R"({"drupalpath":"https://old.example","on":true,"off":false,"id":12,)"
            R"("types":["a","b"],"map":{"fullname":"title"}})");
}

TEST_F(ConfigReaderTest, NamesAnObjectThatIsDamaged) {
  store("moodle_sync.settings", "a:1:{s:10:\"drupalpath\";s:99:\"cut");
  store("moodle_sync_user.settings", Php::map({{"auth", "oauth2"}}).bytes());
  const auto objects = reader_.read("moodle_sync");
  ASSERT_TRUE(objects) << objects.error().message;
  EXPECT_EQ(objects->by_name.size(), 1U);
  EXPECT_TRUE(objects->unreadable.contains("moodle_sync.settings"));
}

TEST_F(ConfigReaderTest, SaysThatThisIsNoDrupal) {
  const TableNames elsewhere("nowhere", "");
  const auto objects = ConfigReader(one_.connection, elsewhere).read("moodle_sync");
  ASSERT_FALSE(objects);
  EXPECT_EQ(objects.error().code, "no_drupal");
}

}  // namespace
}  // namespace moodlesync::postgres

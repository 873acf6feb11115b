#include "reader_fixture.h"

namespace moodlesync::postgres {
namespace {

class DrupalReaderLanguages : public ReaderFixture {
 protected:
  /// Adds a row of field_moodle_id in another language, as plain SQL might.
  void add_row(const std::string& table, std::int64_t id, const std::string& langcode,
               const std::string& value) {
    site_.sql().run("INSERT INTO " + table +
                        " (bundle, deleted, entity_id, revision_id, langcode, delta, "
                        "field_moodle_id_value) VALUES ('course', 0, $1, 1, $2, 0, $3)",
                    {std::to_string(id), langcode, value});
  }
};

TEST_F(DrupalReaderLanguages, ReadsTheDefaultLanguageRowOfATranslatedNode) {
  site_.add_language("de");
  const auto nid = site_.create_node("course", "Algebra");
  site_.save_node(nid, {.base = {{"title", "Algebra auf Deutsch"}, {"status", "0"}}},
                  {.langcode = "de"});
  const Entity entity = load(source("node", "course", {"title"}), nid);
  EXPECT_EQ(entity.text("title"), "Algebra");
  EXPECT_TRUE(entity.published);
}

TEST_F(DrupalReaderLanguages, ReadsTheTranslationThatIsTheDefaultEvenIfItIsNotTheSites) {
  site_.add_language("de");
  const auto nid = site_.create("node", {.bundle = "course",
                                         .base = {{"title", "Rechnen"}},
                                         .fields = {{"field_moodle_id", {"5"}}},
                                         .langcode = "de"});
  const Entity entity = load(source("node", "course", {"title"}), nid);
  EXPECT_EQ(entity.text("title"), "Rechnen");
  EXPECT_EQ(entity.moodle_id_text, "5");
}

TEST_F(DrupalReaderLanguages, IgnoresARowWithoutLanguageOnANodeThatHasOne) {
  const auto nid = site_.create_node("course", "Algebra");
  add_row("node__field_moodle_id", nid, "und", "13");
  EXPECT_EQ(load(source("node", "course", {}), nid).moodle_id_text, "");
}

TEST_F(DrupalReaderLanguages, IgnoresRowsOfOtherTranslations) {
  site_.add_language("de");
  const auto nid = site_.create_node("course", "Algebra", {{"field_moodle_id", {"5"}}});
  add_row("node__field_moodle_id", nid, "de", "13");
  EXPECT_EQ(load(source("node", "course", {}), nid).moodle_id_text, "5");
}

TEST_F(DrupalReaderLanguages, IgnoresRowsInALanguageThatTheSiteNoLongerHas) {
  const auto nid =
      site_.create("node", {.bundle = "course", .base = {{"title", "Rechnen"}}, .langcode = "de"});
  add_row("node__field_moodle_id", nid, "de", "13");
  EXPECT_EQ(load(source("node", "course", {}), nid).moodle_id_text, "");
}

TEST_F(DrupalReaderLanguages, TakesAnyLanguageOfTheSiteWhereTheTypeHasNone) {
  site_.add_registration_type("seminar");
  site_.add_field(
      {.entity_type = "registration", .bundles = {"seminar"}, .name = "field_moodle_id"});
  const auto nid = site_.create_node("course", "Algebra");
  const auto in_english = site_.create_registration("seminar", nid, 1);
  const auto in_unknown = site_.create_registration("seminar", nid, 1);
  add_row("registration__field_moodle_id", in_english, "en", "13");
  add_row("registration__field_moodle_id", in_unknown, "xx", "14");
  const SourceSpec spec = source("registration", "seminar", {});
  EXPECT_EQ(load(spec, in_english).moodle_id_text, "13");
  EXPECT_EQ(load(spec, in_unknown).moodle_id_text, "");
}

TEST_F(DrupalReaderLanguages, KnowsTheOnlyLanguageOfASiteWithoutTheLanguageModule) {
  site_.sql().run("DELETE FROM config WHERE name LIKE 'language.entity.%'");
  const auto nid = site_.create_node("course", "Algebra", {{"field_moodle_id", {"5"}}});
  EXPECT_EQ(load(source("node", "course", {}), nid).moodle_id_text, "5");
}

}  // namespace
}  // namespace moodlesync::postgres

#include "reader_fixture.h"

namespace moodlesync::postgres {
namespace {

class DrupalReaderPrepare : public ReaderFixture {};

TEST_F(DrupalReaderPrepare, NamesTheNearestRealFieldForAnUnknownOne) {
  add_field("field_summary", "text_long");
  EXPECT_EQ(faults(source("node", "course", {"title", "field_sumary"})),
            "11: node course has no field 'field_sumary'; did you mean 'field_summary'?\n");
}

TEST_F(DrupalReaderPrepare, ReportsEveryMistakeAtItsPlace) {
  const std::string found = faults(source("node", "course", {"titel", "status", "creatd"}));
  EXPECT_NE(found.find("10: node course has no field 'titel'; did you mean 'title'?"),
            std::string::npos);
  EXPECT_NE(found.find("12: node course has no field 'creatd'; did you mean 'created'?"),
            std::string::npos);
}

TEST_F(DrupalReaderPrepare, SaysThatAFieldStandsOnAnotherBundle) {
  site_.add_node_type("page");
  site_.add_field({.entity_type = "node", .bundles = {"page"}, .name = "field_note"});
  EXPECT_EQ(faults(source("node", "course", {"field_note"})),
            "10: field 'field_note' exists, but not on node course\n");
}

TEST_F(DrupalReaderPrepare, NamesTheColumnsOfAField) {
  add_field("field_body", "text_long");
  EXPECT_EQ(faults(source("node", "course", {"field_body:vlaue"})),
            "10: field 'field_body' has no column 'vlaue'; did you mean 'value'?\n");
}

TEST_F(DrupalReaderPrepare, NamesTheNearestBundleAndEntityType) {
  EXPECT_EQ(faults(source("node", "courses", {})),
            "0: there is no node bundle 'courses'; did you mean 'course'?\n");
  EXPECT_EQ(faults(source("taxonomy_terms", "sections", {})),
            "0: the site has no entity type 'taxonomy_terms' that we can read; did you mean "
            "'taxonomy_term'?\n");
}

TEST_F(DrupalReaderPrepare, MissesTheFieldForMoodlesId) {
  site_.add_bundle("node", "page");
  EXPECT_EQ(faults(source("node", "page", {})),
            "0: node page has no field 'field_moodle_id' to hold Moodle's id; it exists on other "
            "bundles: add it to this one\n");
  SourceSpec spec = source("node", "page", {"title"});
  spec.moodle_id_field.clear();
  EXPECT_EQ(faults(spec), "");
}

TEST_F(DrupalReaderPrepare, RefusesACounterpartOfAFieldThatIsNoReference) {
  add_field("field_note", "string");
  SourceSpec spec = source("node", "course", {"field_note"});
  spec.fields[0].counterpart_of = "category";
  EXPECT_EQ(faults(spec), "10: field 'field_note' is no reference to an entity\n");
}

TEST_F(DrupalReaderPrepare, ChecksProfilePaths) {
  EXPECT_NE(faults(source("node", "course", {"profile:staff:x"})).find("only users have profiles"),
            std::string::npos);
  site_.add_field({.entity_type = "user", .bundles = {"user"}, .name = "field_moodle_id"});
  site_.add_profile_type("staff");
  EXPECT_EQ(faults(source("user", "", {"profile:staf:x"})),
            "10: there is no profile bundle 'staf'; did you mean 'staff'?\n");
  EXPECT_NE(faults(source("user", "", {"profile:staff:x"})).find("profile staff has no field 'x'"),
            std::string::npos);
}

TEST_F(DrupalReaderPrepare, SeesAFieldThatWasAddedMeanwhile) {
  const SourceSpec spec = source("node", "course", {"field_note"});
  EXPECT_NE(faults(spec), "");
  add_field("field_note", "string");
  EXPECT_EQ(faults(spec), "");
}

TEST_F(DrupalReaderPrepare, DoesNotLoadASourceWithFaults) {
  const SourceSpec spec = source("node", "course", {"nothing"});
  EXPECT_NE(faults(spec), "");
  const EntityRef ref{"node", 1};
  const auto entities = reader_.load(spec, {&ref, 1});
  ASSERT_FALSE(entities);
  EXPECT_EQ(entities.error().code, "not_prepared");
}

TEST_F(DrupalReaderPrepare, SaysWhenThereIsNoDrupalWhereTheSettingsPoint) {
  const TableNames elsewhere("public", "other_");
  SiteSchema schema(elsewhere);
  EntityReader reader(connection_, elsewhere, schema);
  const auto found = reader.prepare({});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, "no_drupal");
}

}  // namespace
}  // namespace moodlesync::postgres

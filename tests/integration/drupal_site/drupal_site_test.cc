// The test's own Drupal must behave as the real one was seen to: what is built on it is only as
// true as this.
#include "support/drupal_site/drupal_site.h"

#include <gtest/gtest.h>

#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::testsupport {
namespace {

class DrupalSiteTest : public testing::Test {
 protected:
  DrupalSiteTest() : site_(DrupalSite::fresh(PostgresCluster::shared())) {
    site_.add_node_type("course");
    site_.add_vocabulary("sections");
    site_.add_field({.entity_type = "node",
                     .bundles = {"course"},
                     .name = "field_tags",
                     .type = "entity_reference",
                     .cardinality = -1,
                     .target_type = "taxonomy_term"});
    // The capture trigger's condition: a base row whose revision is known.
    site_.sql().script(
        "CREATE TABLE event (nid bigint, op text);"
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        "  INSERT INTO event VALUES (coalesce(NEW.nid, OLD.nid), TG_OP); RETURN NULL; END $$;"
        "CREATE TRIGGER note AFTER INSERT OR UPDATE ON node FOR EACH ROW"
        "  WHEN (NEW.vid IS NOT NULL) EXECUTE FUNCTION note();"
        "CREATE TRIGGER noted AFTER DELETE ON node FOR EACH ROW EXECUTE FUNCTION note();");
  }

  std::int64_t events() { return site_.sql().number("SELECT count(*) FROM event"); }
  std::int64_t rows(const std::string& table, std::int64_t id) {
    return site_.sql().number("SELECT count(*) FROM " + table + " WHERE entity_id = $1",
                              {std::to_string(id)});
  }

  DrupalSite site_;
};

TEST_F(DrupalSiteTest, RaisesOneEventForEverySaveOfTheDefaultRevision) {
  const auto nid = site_.create_node("course", "Algebra", {{"field_moodle_id", {"7"}}});
  EXPECT_EQ(events(), 1);
  site_.save_node(nid, {.base = {{"title", "Algebra I"}}});
  EXPECT_EQ(events(), 2);
  site_.save_node(nid, {.base = {{"title", "Algebra II"}}}, {.new_revision = true});
  EXPECT_EQ(events(), 3);
  site_.save_node(nid, {}, {});
  EXPECT_EQ(events(), 4);
  site_.remove("node", {nid});
  EXPECT_EQ(events(), 5);
}

TEST_F(DrupalSiteTest, RaisesNoEventForADraft) {
  const auto nid = site_.create_node("course", "Algebra", {{"field_moodle_id", {"7"}}});
  site_.save_node(nid, {.base = {{"title", "Draft"}}}, {.draft = true});
  EXPECT_EQ(events(), 1);
  EXPECT_EQ(site_.load_from_tables({"node", nid}).main().base.at("title"), "Algebra");
  const auto draft = site_.load_revision({"node", nid}, site_.latest_revision({"node", nid}));
  EXPECT_EQ(draft.main().base.at("title"), "Draft");
  EXPECT_EQ(draft.text("field_moodle_id"), "7");
}

TEST_F(DrupalSiteTest, CopiesEveryFieldIntoANewRevision) {
  const auto nid = site_.create_node("course", "Algebra", {{"field_moodle_id", {"7"}}});
  site_.save_node(nid, {}, {.new_revision = true});
  EXPECT_EQ(rows("node__field_moodle_id", nid), 1);
  EXPECT_EQ(rows("node_revision__field_moodle_id", nid), 2);
}

TEST_F(DrupalSiteTest, PublishesADraftAsANewRevision) {
  const auto nid = site_.create_node("course", "Algebra");
  site_.save_node(nid, {.base = {{"title", "Draft"}}}, {.draft = true});
  const auto draft = site_.latest_revision({"node", nid});
  site_.save_node(nid, {}, {.from_revision = draft});
  EXPECT_EQ(site_.load({"node", nid}).main().base.at("title"), "Draft");
  EXPECT_GT(site_.load({"node", nid}).revision, draft);
}

TEST_F(DrupalSiteTest, RollsEverythingBackWhenASaveFails) {
  const auto nid = site_.create_node("course", "Algebra");
  SaveOptions failing;
  failing.before_commit = [] { throw std::runtime_error("a hook failed"); };
  EXPECT_THROW(site_.save_node(nid, {.base = {{"title", "Other"}}}, failing), std::runtime_error);
  EXPECT_EQ(site_.load_from_tables({"node", nid}).main().base.at("title"), "Algebra");
  EXPECT_EQ(events(), 1);
}

TEST_F(DrupalSiteTest, LeavesNothingOfADeletedNode) {
  const auto tag = site_.create_term("sections", "Maths");
  const auto nid =
      site_.create_node("course", "Algebra", {{"field_moodle_id", {"7"}}, {"field_tags", {tag}}});
  site_.remove("node", {nid});
  EXPECT_FALSE(site_.has({"node", nid}));
  EXPECT_EQ(rows("node__field_tags", nid), 0);
  EXPECT_EQ(rows("node_revision__field_moodle_id", nid), 0);
  EXPECT_EQ(site_.sql().number("SELECT count(*) FROM taxonomy_index"), 0);
}

TEST_F(DrupalSiteTest, DeletesChildrenOfADeletedTermThatHaveNoOtherParent) {
  const auto root = site_.create_term("sections", "Root");
  const auto other = site_.create_term("sections", "Other");
  const auto orphan = site_.create_term("sections", "Orphan", {root});
  const auto shared = site_.create_term("sections", "Shared", {root, other});
  site_.remove("taxonomy_term", {root});
  EXPECT_FALSE(site_.has({"taxonomy_term", orphan}));
  ASSERT_TRUE(site_.has({"taxonomy_term", shared}));
  EXPECT_EQ(site_.load({"taxonomy_term", shared}).text("parent"), std::to_string(other));
}

TEST_F(DrupalSiteTest, HashesTableNamesThatAreTooLong) {
  site_.add_field({.entity_type = "taxonomy_term",
                   .bundles = {"sections"},
                   .name = "field_abcdefghijklmnopqrstuvwxyz"});
  const FieldStorage& field = site_.field("taxonomy_term", "field_abcdefghijklmnopqrstuvwxyz");
  EXPECT_EQ(field.data_table, "taxonomy_term__field_abcdefghijklmnopqrstuvwxyz");
  EXPECT_TRUE(field.revision_table.starts_with("taxonomy_term_r__"));
  EXPECT_EQ(field.revision_table.size(), 27U);
}

TEST_F(DrupalSiteTest, KeepsTranslationsBesideTheDefaultLanguage) {
  site_.add_language("de");
  const auto nid = site_.create_node("course", "Algebra");
  site_.save_node(nid, {.base = {{"title", "Algebra auf Deutsch"}}}, {.langcode = "de"});
  const SiteEntity node = site_.load({"node", nid});
  EXPECT_EQ(node.main().base.at("title"), "Algebra");
  EXPECT_EQ(node.translations.at("de").base.at("title"), "Algebra auf Deutsch");
}

TEST_F(DrupalSiteTest, WritesUsersProfilesAndRegistrations) {
  site_.add_profile_type("staff");
  site_.add_registration_type("seminar");
  site_.add_field({.entity_type = "profile", .bundles = {"staff"}, .name = "field_phone"});
  const auto uid = site_.create_user("anna", {{"roles", {"editor"}}}, {{"mail", "a@example.org"}});
  const auto nid = site_.create_node("course", "Algebra");
  const auto profile = site_.create_profile("staff", uid, {{"field_phone", {"123"}}});
  const auto registration = site_.create_registration("seminar", nid, uid);
  site_.save({"profile", profile}, {.fields = {{"field_phone", {"456"}}}});
  site_.save({"registration", registration}, {.base = {{"state", "canceled"}}});
  EXPECT_EQ(site_.load({"profile", profile}).text("field_phone"), "456");
  EXPECT_EQ(site_.load({"registration", registration}).main().base.at("state"), "canceled");
  EXPECT_EQ(site_.load({"user", uid}).text("roles"), "editor");
  EXPECT_EQ(site_.sql().cell("SELECT langcode FROM profile__field_phone"), "und");
}

TEST_F(DrupalSiteTest, CreatesManyEntitiesAtOnceAsItDoesOne) {
  std::vector<NewEntity> nodes;
  for (int i = 0; i < 2000; ++i) {
    nodes.push_back({"course",
                     {{"title", "Course " + std::to_string(i)}},
                     {{"field_moodle_id", {std::to_string(i)}}}});
  }
  const auto nids = site_.create_many("node", nodes);
  EXPECT_EQ(events(), 2000);
  EXPECT_EQ(site_.load({"node", nids[1234]}).main().base.at("title"), "Course 1234");
  EXPECT_EQ(site_.load_revision({"node", nids[7]}, site_.load({"node", nids[7]}).revision)
                .text("field_moodle_id"),
            "7");
  site_.save_node(nids[5], {.base = {{"title", "changed"}}}, {.new_revision = true});
  EXPECT_EQ(site_.load({"node", nids[5]}).main().base.at("title"), "changed");
}

TEST(DrupalSiteOptionsTest, PutTheTablesWhereSchemaAndPrefixSay) {
  DrupalSite site =
      DrupalSite::fresh(PostgresCluster::shared(), {.schema = "web", .prefix = "d10_"});
  site.add_node_type("course");
  const auto nid = site.create_node("course", "Algebra");
  EXPECT_EQ(
      site.sql().number("SELECT count(*) FROM web.d10_node WHERE nid = " + std::to_string(nid)), 1);
  EXPECT_EQ(site.sql().cell("SHOW bytea_output"), "escape");
  EXPECT_EQ(site.uuid().size(), 36U);
}

}  // namespace
}  // namespace moodlesync::testsupport

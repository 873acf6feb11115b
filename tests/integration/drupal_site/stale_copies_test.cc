// What happens to a value that plain SQL writes into a field while Drupal holds copies of the
// entity in its cache and in open forms. The cases and their results were seen on a real
// Drupal 10.2 site.
#include <gtest/gtest.h>

#include "support/drupal_site/drupal_site.h"
#include "support/postgres_cluster/postgres_cluster.h"

namespace moodlesync::testsupport {
namespace {

class StaleCopies : public testing::Test {
 protected:
  StaleCopies() : site_(DrupalSite::fresh(PostgresCluster::shared())) {
    site_.add_node_type("course");
    nid_ = site_.create_node("course", "Algebra");
    static_cast<void>(site_.load({"node", nid_}));  // Leaves a cache row.
  }

  void write_by_sql() {
    for (const char* table : {"node__field_moodle_id", "node_revision__field_moodle_id"}) {
      site_.sql().run(std::string("INSERT INTO ") + table +
                          " (bundle, deleted, entity_id, revision_id, langcode, delta, "
                          "field_moodle_id_value) SELECT type, 0, nid, vid, langcode, 0, '42' FROM "
                          "node WHERE nid = $1",
                      {std::to_string(nid_)});
    }
  }
  void forget_cached() { site_.sql().run("DELETE FROM cache_entity"); }
  std::string shown() { return site_.load({"node", nid_}).text("field_moodle_id"); }
  std::string stored() { return site_.load_from_tables({"node", nid_}).text("field_moodle_id"); }

  DrupalSite site_;
  std::int64_t nid_ = 0;
};

TEST_F(StaleCopies, AValidCacheRowHidesWhatSqlWrote) {
  write_by_sql();
  EXPECT_EQ(shown(), "");
  EXPECT_EQ(stored(), "42");
  forget_cached();
  EXPECT_EQ(shown(), "42");
}

TEST_F(StaleCopies, ABumpedTagInvalidatesTheCacheRow) {
  write_by_sql();
  EntityWriter(site_.context()).invalidate({"node_values"});
  EXPECT_EQ(shown(), "42");
}

TEST_F(StaleCopies, ASaveFromAStaleCacheWithANewRevisionWipes) {
  write_by_sql();
  EditorForm form = site_.open_form({"node", nid_});
  ASSERT_TRUE(form.submit());
  EXPECT_EQ(stored(), "");
}

TEST_F(StaleCopies, ASaveFromAStaleCacheWithoutANewRevisionSparesIt) {
  write_by_sql();
  EditorForm form = site_.open_form({"node", nid_});
  form.set_title("Algebra I");
  ASSERT_TRUE(form.submit(SaveOptions{}));
  EXPECT_EQ(stored(), "42");
}

TEST_F(StaleCopies, AFormOpenedAfterTheInvalidationKeepsIt) {
  write_by_sql();
  forget_cached();
  EditorForm form = site_.open_form({"node", nid_});
  ASSERT_TRUE(form.submit());
  EXPECT_EQ(stored(), "42");
}

TEST_F(StaleCopies, AFormOpenedBeforeKeepsItWhileTheFieldIsHidden) {
  EditorForm form = site_.open_form({"node", nid_});
  write_by_sql();
  forget_cached();
  ASSERT_TRUE(form.submit());
  EXPECT_EQ(stored(), "42");
}

TEST_F(StaleCopies, AFormOpenedBeforeWipesItWhenTheFieldIsShown) {
  EditorForm form = site_.open_form({"node", nid_});
  form.show("field_moodle_id");
  write_by_sql();
  forget_cached();
  ASSERT_TRUE(form.submit());
  EXPECT_EQ(stored(), "");
}

TEST_F(StaleCopies, AFormKeptOnTheServerWipesItEvenWhenTheFieldIsHidden) {
  EditorForm form = site_.open_form({"node", nid_});
  form.press_ajax_button();
  write_by_sql();
  forget_cached();
  ASSERT_TRUE(form.submit());
  EXPECT_EQ(stored(), "");
}

TEST_F(StaleCopies, ANodeFormIsRefusedAfterSomebodyElsesSave) {
  EditorForm form = site_.open_form({"node", nid_});
  site_.save_node(nid_, {.base = {{"title", "Algebra I"}, {"changed", "2000000000"}}});
  EXPECT_FALSE(form.submit());
}

}  // namespace
}  // namespace moodlesync::testsupport

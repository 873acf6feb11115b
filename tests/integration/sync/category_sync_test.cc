#include <gtest/gtest.h>

#include "support/sync_rig/sync_rig.h"

namespace moodlesync {
namespace {

using testsupport::SyncRig;

class CategorySync : public testing::Test {
 protected:
  std::int64_t term(const std::string& name, std::int64_t parent = 0,
                    testsupport::Fields fields = {}) {
    const std::vector<std::int64_t> parents =
        parent == 0 ? std::vector<std::int64_t>{} : std::vector{parent};
    return rig_.drupal().create_term("sections", name, parents, std::move(fields));
  }
  sim::Category category(std::int64_t tid) {
    const auto state = rig_.moodle().state();
    const sim::Category* found = state->category_with_idnumber(std::to_string(tid));
    return found == nullptr ? sim::Category{} : *found;
  }
  SyncRig rig_;
};

TEST_F(CategorySync, CreatesACategoryAndWritesItsIdBack) {
  const std::int64_t tid = term("Künste & Medien");
  rig_.sync();
  EXPECT_EQ(category(tid).name, "Künste & Medien");
  EXPECT_EQ(rig_.shown_id({"taxonomy_term", tid}), std::to_string(category(tid).id));
}

TEST_F(CategorySync, CreatesTheParentBeforeTheChildWhenTheChildIsQueuedFirst) {
  const std::int64_t parent = term("Parent");
  const std::int64_t child = term("Child", parent);
  rig_.drupal().sql().script("DELETE FROM moodle_sync.change WHERE entity_id = " +
                             std::to_string(parent));
  rig_.sync();
  EXPECT_EQ(category(child).parent, category(parent).id);
  EXPECT_NE(category(parent).id, 0);
}

TEST_F(CategorySync, MovesACategory) {
  const std::int64_t here = term("Here");
  const std::int64_t there = term("There");
  const std::int64_t child = term("Child", here);
  rig_.sync();
  rig_.drupal().save_term(child, {.fields = {{"parent", {there}}}});
  rig_.sync();
  EXPECT_EQ(category(child).parent, category(there).id);
  rig_.drupal().save_term(child, {.fields = {{"parent", {std::int64_t{0}}}}});
  rig_.sync();
  EXPECT_EQ(category(child).parent, 0);
}

TEST_F(CategorySync, ClearsADescriptionThatWasCleared) {
  const std::int64_t tid = term("Arts", 0, {{"field_description", {"<p>Old</p>"}}});
  rig_.sync();
  EXPECT_EQ(category(tid).description, "<p>Old</p>");
  rig_.drupal().save_term(tid, {.fields = {{"field_description", {}}}});
  rig_.sync();
  EXPECT_EQ(category(tid).description, "");
}

TEST_F(CategorySync, SyncsANameWithTagsInsteadOfFailing) {
  const std::int64_t bold = term("<b>Bold</b> & <Söhne>");
  rig_.sync();
  EXPECT_EQ(category(bold).name, "Bold & < Söhne>");
}

TEST_F(CategorySync, MovesADeletedTermsCategoryIntoTheTrashBin) {
  const std::int64_t tid = term("Doomed");
  rig_.sync();
  rig_.drupal().remove("taxonomy_term", {tid});
  rig_.sync();
  EXPECT_EQ(category(tid).parent, rig_.trash_bin());
}

TEST_F(CategorySync, LeavesAnOptedOutTermAlone) {
  const std::int64_t tid = term("Private", 0, {{"field_moodle_id", {"ignore"}}});
  (void)rig_.calls_since_last_look();
  rig_.sync();
  EXPECT_EQ(category(tid).id, 0);
  EXPECT_EQ(rig_.calls_since_last_look(), 0);
  EXPECT_EQ(rig_.shown_id({"taxonomy_term", tid}), "ignore");
}

TEST_F(CategorySync, SyncsNothingForAnIdThatMoodleDoesNotKnow) {
  const std::int64_t tid = term("Elsewhere", 0, {{"field_moodle_id", {"4711"}}});
  rig_.sync();
  EXPECT_EQ(category(tid).id, 0);
  EXPECT_EQ(rig_.tasks("parked"), 0);
  EXPECT_EQ(rig_.drupal().sql().cell("SELECT skipped FROM moodle_sync.link WHERE entity_id = $1",
                                     {std::to_string(tid)}),
            "unknown_id");
}

TEST_F(CategorySync, TakesOverACategoryThatHasOurIdnumberAlready) {
  const std::int64_t tid = term("Known");
  const sim::Id known =
      rig_.moodle().create_category({.name = "Old name", .idnumber = std::to_string(tid)});
  rig_.sync();
  EXPECT_EQ(category(tid).id, known);
  EXPECT_EQ(category(tid).name, "Known");
  EXPECT_EQ(rig_.shown_id({"taxonomy_term", tid}), std::to_string(known));
}

TEST_F(CategorySync, BringsAWholeTreeInStep) {
  rig_.campus().add_sections();
  const std::vector<std::string> none;
  EXPECT_EQ(rig_.differences_after_sync(), none);
}

TEST(CategorySyncOptions, PutsThePrefixBeforeTheIdnumber) {
  SyncRig rig(
      {.components = "components:\n  category:\n    sources:\n      - vocabulary: sections\n"
                     "        idnumber_prefix: site-a-\n",
       .model = [](testsupport::DrupalSite& site) { const testsupport::Campus campus(site); }});
  const std::int64_t tid = rig.drupal().create_term("sections", "Arts");
  rig.sync();
  const auto state = rig.moodle().state();
  EXPECT_NE(state->category_with_idnumber("site-a-" + std::to_string(tid)), nullptr);
}

}  // namespace
}  // namespace moodlesync

// Whether an id that the write-back wrote survives what editors do: the cases that were tried with
// real form posts on a Drupal 10.2 site, under their letters there. An id that Drupal wipes all the
// same is back after the second look.
#include "write_back_fixture.h"

namespace moodlesync::postgres {
namespace {

using testsupport::EditorForm;
using testsupport::EntityId;
using testsupport::SaveOptions;
using testsupport::SiteEntity;

class WriteBackSurvival : public WriteBackFixture {
 protected:
  WriteBackSurvival() : node_{"node", site_.create_node("course", "Algebra")} {
    site_.add_field({.entity_type = "user", .bundles = {"user"}, .name = "field_moodle_id"});
    set_sources({{"node", "course"}, {"taxonomy_term", "sections"}, {"user", ""}});
  }

  void write(const EntityId& id) {
    owe(id, 42);
    ASSERT_EQ(run().written, 1U);
    ASSERT_EQ(stored(id), "42");
  }
  /// As a cache outside the database does: it goes on showing the entity as it was.
  void write_with_a_stale_copy(const EntityId& id) {
    const SiteEntity old = site_.load(id);
    write(id);
    testsupport::EntityLoader(site_.context()).remember(old);
    ASSERT_EQ(shown(id), "");
  }
  void expect_survives(const EntityId& id) {
    EXPECT_EQ(stored(id), "42");
    EXPECT_EQ(shown(id), "42");
    make_due();
    const WriteBackReport report = run();
    EXPECT_EQ(report.verified, 1U);
    EXPECT_EQ(report.written, 0U);
    EXPECT_EQ(shown(id), "42");
  }
  void expect_wiped_and_back(const EntityId& id) {
    EXPECT_EQ(stored(id), "") << "the case wipes it on a real site";
    make_due();
    EXPECT_EQ(run().written, 1U);
    EXPECT_EQ(stored(id), "42");
    EXPECT_EQ(shown(id), "42");
    EXPECT_EQ(link(id, "reasserts"), "1");
  }
  [[nodiscard]] std::string revision_of_current(const EntityId& id) {
    return site_.load_revision(id, site_.load(id).revision).text("field_moodle_id");
  }

  EntityId node_;
};

TEST_F(WriteBackSurvival, A_IsBackAfterASaveWithANewRevisionFromAStaleCache) {
  write_with_a_stale_copy(node_);
  EditorForm form = site_.open_form(node_);
  ASSERT_TRUE(form.submit());
  expect_wiped_and_back(node_);
  EXPECT_EQ(revision_of_current(node_), "42");
}

TEST_F(WriteBackSurvival, B_SurvivesASaveWithoutANewRevisionFromAStaleCache) {
  write_with_a_stale_copy(node_);
  EditorForm form = site_.open_form(node_);
  form.set_title("Algebra I");
  ASSERT_TRUE(form.submit(SaveOptions{}));
  expect_survives(node_);
}

TEST_F(WriteBackSurvival, C_IsCopiedIntoTheNewRevisionOfAFormThatWasOpenedAfterwards) {
  static_cast<void>(site_.load(node_));
  write(node_);
  EditorForm form = site_.open_form(node_);
  ASSERT_TRUE(form.submit());
  EXPECT_EQ(revision_of_current(node_), "42");
  expect_survives(node_);
}

TEST_F(WriteBackSurvival, D_SurvivesAFormThatWasOpenedBeforeAndHidesTheField) {
  EditorForm form = site_.open_form(node_);
  write(node_);
  ASSERT_TRUE(form.submit());
  EXPECT_EQ(revision_of_current(node_), "42");
  expect_survives(node_);
}

TEST_F(WriteBackSurvival, G_IsBackAfterAFormThatWasOpenedBeforeAndShowsTheField) {
  EditorForm form = site_.open_form(node_);
  form.show("field_moodle_id");
  write(node_);
  ASSERT_TRUE(form.submit());
  expect_wiped_and_back(node_);
}

TEST_F(WriteBackSurvival, J_IsBackAfterAFormThatIsKeptOnTheServer) {
  EditorForm form = site_.open_form(node_);
  form.press_ajax_button();
  write(node_);
  ASSERT_TRUE(form.submit());
  expect_wiped_and_back(node_);
}

TEST_F(WriteBackSurvival, EIK_NeverCostsAnEditorHisFormBecauseChangedIsLeftAlone) {
  const std::string changed = *site_.load(node_).main().base.at("changed");
  EditorForm plain = site_.open_form(node_);
  EditorForm showing = site_.open_form(node_);
  showing.show("field_moodle_id");
  write(node_);
  EXPECT_EQ(*site_.load_from_tables(node_).main().base.at("changed"), changed);
  EXPECT_TRUE(plain.submit(SaveOptions{}));
  // Nothing was changed, so Drupal left `changed` alone and the other form is good as well.
  EXPECT_TRUE(showing.submit(SaveOptions{}));
}

TEST_F(WriteBackSurvival, F_IsBackWhenChangedWasBumpedButTheCacheWasStale) {
  write_with_a_stale_copy(node_);
  site_.sql().run("UPDATE node_field_data SET changed = changed + 100 WHERE nid = $1",
                  {std::to_string(node_.id)});
  EditorForm form = site_.open_form(node_);
  ASSERT_TRUE(form.submit()) << "Drupal compares with the stale copy";
  expect_wiped_and_back(node_);
}

TEST_F(WriteBackSurvival, U1T1_SurvivesUserAndTermFormsFromAStaleCache) {
  for (const EntityId& id : {EntityId{"user", site_.create_user("anna")},
                             EntityId{"taxonomy_term", site_.create_term("sections", "Science")}}) {
    SCOPED_TRACE(id.type);
    write_with_a_stale_copy(id);
    EditorForm form = site_.open_form(id);
    ASSERT_TRUE(form.submit());
    expect_survives(id);
  }
}

TEST_F(WriteBackSurvival, U2T2_IsBackAfterUserAndTermFormsThatShowTheField) {
  for (const EntityId& id : {EntityId{"user", site_.create_user("anna")},
                             EntityId{"taxonomy_term", site_.create_term("sections", "Science")}}) {
    SCOPED_TRACE(id.type);
    EditorForm form = site_.open_form(id);
    form.show("field_moodle_id");
    write(id);
    ASSERT_TRUE(form.submit());
    expect_wiped_and_back(id);
  }
}

TEST_F(WriteBackSurvival, U3T3_IsBackAlthoughTheirFormsDoNotLookAtChanged) {
  for (const EntityId& id : {EntityId{"user", site_.create_user("anna")},
                             EntityId{"taxonomy_term", site_.create_term("sections", "Science")}}) {
    SCOPED_TRACE(id.type);
    EditorForm form = site_.open_form(id);
    form.show("field_moodle_id");
    write(id);
    site_.save(id, {.base = {{"changed", "2000000000"}}});
    ASSERT_TRUE(form.submit());
    expect_wiped_and_back(id);
  }
}

TEST_F(WriteBackSurvival, SurvivesADraftThatWasMadeBeforeAndIsPublishedAfter) {
  site_.save(node_, {.base = {{"title", "Draft"}}}, {.draft = true});
  const auto draft = site_.latest_revision(node_);
  write(node_);
  site_.save(node_, {}, {.from_revision = draft});
  EXPECT_EQ(*site_.load(node_).main().base.at("title"), "Draft");
  expect_survives(node_);
}

TEST_F(WriteBackSurvival, IsBackAfterARevertToARevisionFromBefore) {
  const auto before = site_.load(node_).revision;
  site_.save(node_, {.base = {{"title", "Algebra I"}}}, {.new_revision = true});
  write(node_);
  site_.save(node_, {}, {.from_revision = before});
  expect_wiped_and_back(node_);
  EXPECT_EQ(*site_.load(node_).main().base.at("title"), "Algebra");
}

TEST_F(WriteBackSurvival, GoesIntoTheRevisionThatARunningSaveIsMaking) {
  owe(node_, 42);
  SaveOptions options;
  options.new_revision = true;
  options.before_commit = [&] { EXPECT_EQ(run().busy, 1U); };
  site_.save(node_, {.base = {{"title", "Algebra I"}}}, options);
  make_due();
  EXPECT_EQ(run().written, 1U);
  EXPECT_EQ(revision_of_current(node_), "42");
  expect_survives(node_);
}

TEST_F(WriteBackSurvival, SurvivesAReaderThatCachesItsOldCopyAfterTheWrite) {
  write_with_a_stale_copy(node_);
  make_due();
  EXPECT_EQ(run().verified, 1U);
  EXPECT_EQ(shown(node_), "42");
  EditorForm form = site_.open_form(node_);
  ASSERT_TRUE(form.submit());
  EXPECT_EQ(stored(node_), "42");
}

}  // namespace
}  // namespace moodlesync::postgres

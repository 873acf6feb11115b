#include <gtest/gtest.h>

#include "support/sync_rig/sync_rig.h"

namespace moodlesync {
namespace {

using testsupport::SyncRig;

class WriteBackSync : public testing::Test {
 protected:
  std::int64_t node() {
    return rig_.drupal().create_node("course", "Algebra",
                                     {{"field_shortname", {"ALG"}}, {"field_visible", {"1"}}});
  }
  SyncRig rig_;
};

TEST_F(WriteBackSync, ShowsTheIdAlthoughDrupalHadCachedTheEntityWithoutIt) {
  const std::int64_t nid = node();
  EXPECT_EQ(rig_.shown_id({"node", nid}), "");
  ASSERT_TRUE(rig_.drupal().is_cached({"node", nid}));
  const std::int64_t tag = rig_.drupal().tag_count("node:" + std::to_string(nid));
  rig_.sync();
  EXPECT_NE(rig_.shown_id({"node", nid}), "");
  EXPECT_GT(rig_.drupal().tag_count("node:" + std::to_string(nid)), tag);
}

TEST_F(WriteBackSync, WritesTheIdIntoTheCurrentRevisionToo) {
  const std::int64_t nid = node();
  rig_.sync();
  const auto revision = rig_.drupal().latest_revision({"node", nid});
  EXPECT_EQ(rig_.drupal().load_revision({"node", nid}, revision).text("field_moodle_id"),
            rig_.shown_id({"node", nid}));
}

TEST_F(WriteBackSync, PutsBackAnIdThatAStaleFormWiped) {
  const std::int64_t nid = node();
  const auto stale = rig_.drupal().load({"node", nid});
  rig_.sync();
  const std::string id = rig_.shown_id({"node", nid});
  rig_.drupal().save_loaded(stale, {.base = {{"title", "Algebra II"}}}, {.new_revision = true});
  EXPECT_EQ(rig_.shown_id({"node", nid}), "");
  rig_.sync();
  EXPECT_EQ(rig_.shown_id({"node", nid}), id);
  EXPECT_EQ(rig_.moodle().state()->courses.size(), 2U) << "no second course was made";
}

TEST_F(WriteBackSync, NeverOverwritesAnIdThatSomebodyTyped) {
  const std::int64_t nid = node();
  const sim::Id other =
      rig_.moodle().create_course({.category = 1, .fullname = "Mine", .shortname = "MINE"});
  rig_.drupal().save_node(nid, {.fields = {{"field_moodle_id", {other}}}});
  rig_.sync();
  EXPECT_EQ(rig_.shown_id({"node", nid}), std::to_string(other));
  EXPECT_EQ(rig_.moodle().state()->courses.find(other)->fullname, "Algebra");
}

}  // namespace
}  // namespace moodlesync

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

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

TEST_F(WriteBackSync, ReportsAnIdThatKeepsBeingWipedInsteadOfFightingForIt) {
  std::ostringstream log;
  SyncRig::Options options;
  options.log = &log;
  SyncRig rig(options);
  const std::int64_t nid = rig.drupal().create_node(
      "course", "Algebra", {{"field_shortname", {"ALG"}}, {"field_visible", {"1"}}});
  rig.sync();
  const std::string id = rig.shown_id({"node", nid});
  for (int time = 1; time <= 3; ++time) {
    rig.drupal().save_node(nid, {.fields = {{"field_moodle_id", {}}}});
    rig.sync();
    EXPECT_EQ(rig.shown_id({"node", nid}), id) << time;
  }
  EXPECT_EQ(log.str().find("MS-405"), std::string::npos);
  rig.drupal().save_node(nid, {.fields = {{"field_moodle_id", {}}}});
  rig.sync();
  EXPECT_EQ(rig.shown_id({"node", nid}), "");
  EXPECT_NE(log.str().find("MS-405"), std::string::npos) << log.str();
  EXPECT_NE(log.str().find("node:" + std::to_string(nid)), std::string::npos) << log.str();
  EXPECT_EQ(rig.moodle().state()->courses.size(), 2U) << "Moodle is none the worse for it";
}

TEST_F(WriteBackSync, TellsTheInvalidateCommandWhichEntitiesHaveGotTheirId) {
  const testsupport::TemporaryDirectory folder;
  const auto script = folder.write("hook", "#!/bin/sh\ncat >> \"$1\"\n");
  std::filesystem::permissions(script, std::filesystem::perms::owner_all);
  const std::string heard = (folder.path() / "heard").string();
  SyncRig::Options options;
  options.more_drupal_yaml = "  invalidate_command: [" + script.string() + ", " + heard + "]\n";
  SyncRig rig(options);
  const std::int64_t nid = rig.drupal().create_node(
      "course", "Algebra", {{"field_shortname", {"ALG"}}, {"field_visible", {"1"}}});
  rig.sync();
  const auto told = [&] {
    std::ifstream in(heard);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  };
  const std::string line =
      "{\"entities\":[{\"id\":" + std::to_string(nid) + ",\"type\":\"node\"}]}\n";
  EXPECT_EQ(told(), line);
  rig.skip_waits();
  rig.sync();
  EXPECT_EQ(told(), line + line) << "once more after the second look";
  EXPECT_EQ(
      rig.drupal().sql().number("SELECT count(*) FROM moodle_sync.link WHERE write_back <> 0"), 0);
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

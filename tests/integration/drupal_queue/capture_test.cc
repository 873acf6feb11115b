// The triggers: which of Drupal's writes are noted, and that no save ever suffers from it.
#include <gtest/gtest.h>

#include <string>

#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class Capture : public QueueTest {
 protected:
  Capture() { forget_changes(); }
  [[nodiscard]] static std::string noted(const std::string& type, std::int64_t id,
                                         const std::string& op) {
    return type + ":" + std::to_string(id) + op;
  }
  /// Courses own seminar registrations from here on.
  void watch_registrations() {
    sources_[1].owned = {
        {.entity_type = "registration", .bundle = "seminar", .fields = {}, .origin = {}}};
    install();
    forget_changes();
  }
  /// Of the registrations that were noted: what they are for, and how they were written.
  [[nodiscard]] std::string hosts() {
    return sql(
        "SELECT string_agg(owner_type || owner || op::text, ' ' ORDER BY seq) "
        "FROM {moodle_sync.change} WHERE entity_type = 'registration'");
  }
};

TEST_F(Capture, NotesOneChangeForACreatedNode) {
  const auto nid = site_.create_node("course", "Chemistry");
  EXPECT_EQ(changes(), noted("node", nid, "U"));
}

TEST_F(Capture, NotesOneChangeForEachKindOfSave) {
  const auto nid = site_.create_node("course", "Chemistry");
  forget_changes();
  site_.save_node(nid, {.base = {{"title", "Physics"}}});
  EXPECT_EQ(changes(), noted("node", nid, "U"));
  forget_changes();
  site_.save_node(nid, {}, {.new_revision = true});
  EXPECT_EQ(changes(), noted("node", nid, "U"));
  forget_changes();
  site_.save_node(nid, {});
  EXPECT_EQ(changes(), noted("node", nid, "U"));
}

TEST_F(Capture, NotesNothingForADraft) {
  const auto nid = site_.create_node("course", "Chemistry");
  forget_changes();
  site_.save_node(nid, {.base = {{"title", "Alchemy"}}}, {.new_revision = true, .draft = true});
  EXPECT_EQ(changes(), "");
}

TEST_F(Capture, NotesNothingForOtherBundles) {
  site_.create_node("page", "Imprint");
  site_.create_term("tags", "blue");
  EXPECT_EQ(changes(), "");
}

TEST_F(Capture, NotesADeletionWithItsBundle) {
  const auto nid = site_.create_node("course", "Chemistry");
  forget_changes();
  site_.remove("node", {nid});
  EXPECT_EQ(changes(), noted("node", nid, "D"));
  EXPECT_EQ(sql("SELECT bundle FROM {moodle_sync.change}"), "course");
}

TEST_F(Capture, NotesANodeThatLeavesItsBundle) {
  const auto nid = site_.create_node("course", "Chemistry");
  forget_changes();
  sql("UPDATE {node} SET type = 'page' WHERE nid = " + std::to_string(nid));
  EXPECT_EQ(changes(), noted("node", nid, "U"));
}

TEST_F(Capture, NotesTermsAndWhatIsWrittenPastTheirBaseTable) {
  const auto tid = site_.create_term("categories", "Science");
  EXPECT_EQ(changes(), noted("taxonomy_term", tid, "U"));
  forget_changes();
  sql("UPDATE {taxonomy_term_field_data} SET weight = 0 WHERE vid = 'categories'");
  EXPECT_EQ(changes(), noted("taxonomy_term", tid, "U"));
}

TEST_F(Capture, NotesUsersButNotTheirVisits) {
  const auto uid = site_.create_user("anna");
  EXPECT_EQ(changes(), noted("user", uid, "U"));
  forget_changes();
  site_.stamp_access(uid);
  EXPECT_EQ(changes(), "");
  sql("UPDATE {users_field_data} SET status = 0 WHERE uid = " + std::to_string(uid));
  EXPECT_EQ(changes(), noted("user", uid, "U"));
}

TEST_F(Capture, NotesAProfileWithItsOwner) {
  const auto uid = site_.create_user("anna");
  forget_changes();
  site_.create_profile("student", uid);
  site_.create_profile("staff", uid);
  EXPECT_EQ(sql("SELECT string_agg(entity_type || bundle || owner_type || owner, ' ') FROM "
                "{moodle_sync.change}"),
            "profilestudentuser" + std::to_string(uid));
}

TEST_F(Capture, NotesBothOwnersOfAProfileThatChangesHands) {
  const auto anna = site_.create_user("anna");
  const auto ben = site_.create_user("ben");
  const auto profile = site_.create_profile("student", anna);
  forget_changes();
  sql("UPDATE {profile} SET uid = " + std::to_string(ben) +
      " WHERE profile_id = " + std::to_string(profile));
  EXPECT_EQ(sql("SELECT string_agg(owner::text, ' ' ORDER BY owner) FROM {moodle_sync.change}"),
            std::to_string(anna) + " " + std::to_string(ben));
}

TEST_F(Capture, NotesARegistrationWithWhatItIsFor) {
  watch_registrations();
  const auto nid = site_.create_node("course", "Chemistry");
  forget_changes();
  const auto registration = site_.create_registration("seminar", nid, 7);
  site_.save({"registration", registration}, {.base = {{"state", "canceled"}}});
  site_.remove("registration", {registration});
  const std::string host = "node" + std::to_string(nid);
  EXPECT_EQ(hosts(), host + "U " + host + "U " + host + "D");
}

TEST_F(Capture, NotesBothHostsOfARegistrationThatMoves) {
  watch_registrations();
  const auto from = site_.create_node("course", "Chemistry");
  const auto to = site_.create_node("course", "Physics");
  const auto registration = site_.create_registration("seminar", from, 7);
  forget_changes();
  site_.save({"registration", registration}, {.base = {{"entity_id", std::to_string(to)}}});
  EXPECT_EQ(hosts(), "node" + std::to_string(to) + "U node" + std::to_string(from) + "U");
}

TEST_F(Capture, NotesThatDrupalsFieldsMayHaveChanged) {
  site_.add_field({.entity_type = "node", .bundles = {"course"}, .name = "field_new"});
  EXPECT_NE(changes().find("config:0C"), std::string::npos);
}

TEST_F(Capture, NotesNothingOfARolledBackSave) {
  EXPECT_ANY_THROW(site_.create("node", {.bundle = "course", .base = {{"title", "Chemistry"}}},
                                {.before_commit = [] { throw std::runtime_error("PHP died"); }}));
  EXPECT_EQ(changes(), "");
}

TEST_F(Capture, NotesATruncatedTable) {
  sql("TRUNCATE {node}");
  EXPECT_EQ(changes(), "node:0T");
}

// What can go wrong inside the trigger must not reach the editor.

TEST_F(Capture, LetsTheSavePassWhenOurTableIsGone) {
  sql("DROP TABLE {moodle_sync.change}");
  const auto nid = site_.create_node("course", "Chemistry");
  EXPECT_TRUE(site_.has({"node", nid}));
}

TEST_F(Capture, LetsTheSavePassWhenOurTableHasAnotherShape) {
  sql("ALTER TABLE {moodle_sync.change} RENAME COLUMN op TO operation");
  EXPECT_TRUE(site_.has({"node", site_.create_node("course", "Chemistry")}));
}

TEST_F(Capture, LetsTheSavePassWhenARowIsRefused) {
  sql("ALTER TABLE {moodle_sync.change} ADD CONSTRAINT full_disk CHECK (entity_id < 0) NOT VALID");
  const auto nid = site_.create_node("course", "Chemistry");
  site_.save_node(nid, {}, {.new_revision = true});
  site_.remove("node", {nid});
  EXPECT_FALSE(site_.has({"node", nid}));
}

TEST_F(Capture, LetsTheSavePassWhenItsOwnerLostEveryRight) {
  sql("CREATE ROLE capture_owner");
  sql("ALTER FUNCTION {moodle_sync.capture_node}() OWNER TO capture_owner");
  const auto nid = site_.create_node("course", "Chemistry");
  sql("ALTER FUNCTION {moodle_sync.capture_node}() OWNER TO postgres");
  sql("DROP ROLE capture_owner");
  EXPECT_TRUE(site_.has({"node", nid}));
  EXPECT_EQ(changes(), "");
}

TEST_F(Capture, LetsDrupalAlterAndRenameTheColumnsItLooksAt) {
  sql("ALTER TABLE {node} ALTER COLUMN type TYPE varchar(64)");
  sql("ALTER TABLE {users_field_data} ALTER COLUMN mail TYPE varchar(300)");
  sql("ALTER TABLE {taxonomy_term_data} RENAME COLUMN vid TO vocabulary");
  sql("INSERT INTO {taxonomy_term_data} (vocabulary, uuid, langcode, revision_id) "
      "VALUES ('categories', 'u', 'en', 1)");
  EXPECT_EQ(sql("SELECT count(*) FROM {taxonomy_term_data}"), "1");
}

TEST_F(Capture, DoesNotMakeASaveWaitForALockedTableOfOurs) {
  DrupalSite maintenance(site_.connection(), site_.options());
  maintenance.sql().begin();
  maintenance.sql().run(
      one_.names.expand("LOCK TABLE {moodle_sync.change} IN ACCESS EXCLUSIVE MODE"));
  // An editor's patience: a save that waits longer fails.
  site_.sql().run("SET statement_timeout = '5s'");
  const auto nid = site_.create_node("course", "Chemistry");
  maintenance.sql().rollback();
  EXPECT_TRUE(site_.has({"node", nid}));
}

TEST_F(Capture, DoesNotMakeASaveWaitForATaskThatIsBeingSettled) {
  const Task task = claimed_course();
  auto settling = Transaction::begin(one_.connection);
  ASSERT_TRUE(settling->query(one_.names.expand("SELECT FROM {moodle_sync.task} FOR UPDATE")));
  ASSERT_TRUE(settling->query(one_.names.expand("SELECT FROM {moodle_sync.link} FOR UPDATE")));
  site_.sql().run("SET lock_timeout = '1ms'");
  site_.save_node(task.key.entity.id, {.base = {{"title", "Physics"}}});
  EXPECT_EQ(changes(), noted("node", task.key.entity.id, "U"));
}

TEST_F(Capture, DoesNotMakeASaveWaitForADrain) {
  site_.create_node("course", "Chemistry");
  auto draining = Transaction::begin(one_.connection);
  ASSERT_TRUE(draining->query(one_.names.expand("DELETE FROM {moodle_sync.change}")));
  site_.sql().run("SET lock_timeout = '1ms'");
  const auto nid = site_.create_node("course", "Physics");
  ASSERT_TRUE(draining->commit());
  EXPECT_EQ(changes(), noted("node", nid, "U"));
}

}  // namespace
}  // namespace moodlesync::postgres

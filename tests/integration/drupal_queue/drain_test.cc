// From changes to tasks.
#include <gtest/gtest.h>

#include <string>

#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class Drain : public QueueTest {
 protected:
  Drain() { forget_changes(); }
};

TEST_F(Drain, MakesOneTaskOfManyChanges) {
  const auto nid = site_.create_node("course", "Chemistry");
  site_.save_node(nid, {.base = {{"title", "Physics"}}});
  site_.save_node(nid, {.base = {{"title", "Biology"}}});
  const DrainReport report = drain(one_);
  EXPECT_EQ(report.taken, 3U);
  EXPECT_FALSE(report.config_changed);
  EXPECT_EQ(tasks(), "course node:" + std::to_string(nid) + " pending");
  EXPECT_EQ(changes(), "");
}

TEST_F(Drain, MakesATaskAsOldAsItsFirstChange) {
  const auto nid = site_.create_node("course", "Chemistry");
  site_.save_node(nid, {.base = {{"title", "Physics"}}});
  sql("UPDATE {moodle_sync.change} SET at = at - interval '1 hour'"
      " WHERE seq = (SELECT min(seq) FROM {moodle_sync.change})");
  drain(one_);
  const Task task = claim(one_).at(0);
  EXPECT_GE(task.queued, std::chrono::hours{1});
  EXPECT_LT(task.overdue, std::chrono::hours{1}) << "it could be worked on only since the drain";
}

TEST_F(Drain, LetsATaskThatIsChangedAgainKeepItsPlaceInTheLine) {
  const auto early = site_.create_node("course", "Chemistry");
  const auto late = site_.create_node("course", "Physics");
  drain(one_);
  site_.save_node(early, {.base = {{"title", "Biology"}}});
  drain(one_);
  const auto claimed = claim(one_, 1);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].key.entity.id, early) << "or who is saved often never gets its turn";
  EXPECT_EQ(claim(one_).at(0).key.entity.id, late);
}

TEST_F(Drain, WritesNothingToATaskThatIsDueAnyway) {
  const auto nid = site_.create_node("course", "Chemistry");
  drain(one_);
  const auto version = [&] { return sql("SELECT ctid FROM {moodle_sync.task}"); };
  const std::string first = version();
  site_.save_node(nid, {.base = {{"title", "Biology"}}});
  EXPECT_GT(drain(one_).taken, 0U);
  EXPECT_EQ(version(), first);
  sql("UPDATE {moodle_sync.task} SET attempts = 3, code = 'timeout', message = 'too slow',"
      " due_at = now() + interval '1 hour'");
  site_.save_node(nid, {.base = {{"title", "Physics"}}});
  drain(one_);
  EXPECT_EQ(sql("SELECT attempts || code || message FROM {moodle_sync.task} WHERE due_at <= now()"),
            "0")
      << "a fresh start";
}

TEST_F(Drain, CountsTheTimeOfAParkedTaskFromTheChangeThatBringsItBack) {
  const Task task = claimed_course();
  settle(one_, {ended(task, Settlement::State::kParked)});
  sql("UPDATE {moodle_sync.task} SET first_at = now() - interval '3 days',"
      " due_at = now() - interval '2 days'");
  site_.save_node(task.key.entity.id, {.base = {{"title", "Biology"}}});
  drain(one_);
  const Task again = claim(one_).at(0);
  EXPECT_LT(again.queued, std::chrono::hours{1});
  EXPECT_LT(again.overdue, std::chrono::hours{1});
}

TEST_F(Drain, TakesNoMoreThanTheLimit) {
  site_.create_node("course", "Chemistry");
  site_.create_node("course", "Physics");
  auto report = one_.queue.drain(1);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->taken, 1U);
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.task}"), "1");
}

TEST_F(Drain, SendsAProfilesChangeToItsUser) {
  const auto uid = site_.create_user("anna");
  forget_changes();
  site_.create_profile("student", uid);
  drain(one_);
  EXPECT_EQ(tasks(), "users user:" + std::to_string(uid) + " pending");
}

TEST_F(Drain, SendsARegistrationToWhatItIsForAndNotToItsNamesake) {
  sources_[0].owned = sources_[1].owned = {
      {.entity_type = "registration", .bundle = "seminar", .fields = {}, .origin = {}}};
  install();
  const auto uid = site_.create_user("anna");
  const auto nid = site_.create_node("course", "Chemistry");
  forget_changes();
  site_.create_registration("seminar", nid, uid);
  drain(one_);
  EXPECT_EQ(tasks(), "course node:" + std::to_string(nid) + " pending");
}

TEST_F(Drain, SendsARegistrationThatMovesToBothHosts) {
  sources_[1].owned = {
      {.entity_type = "registration", .bundle = "seminar", .fields = {}, .origin = {}}};
  install();
  const auto from = site_.create_node("course", "Chemistry");
  const auto to = site_.create_node("course", "Physics");
  const auto registration = site_.create_registration("seminar", from, 7);
  forget_changes();
  site_.save({"registration", registration}, {.base = {{"entity_id", std::to_string(to)}}});
  drain(one_);
  EXPECT_EQ(tasks(), "course node:" + std::to_string(from) +
                         " pending, course node:" + std::to_string(to) + " pending");
}

TEST_F(Drain, NeverQueuesTheAnonymousUser) {
  sql("UPDATE {users_field_data} SET name = 'nobody' WHERE uid = 0");
  sql("INSERT INTO {moodle_sync.change} (entity_type, entity_id, op) VALUES ('user', 0, 'U')");
  drain(one_);
  EXPECT_EQ(tasks(), "");
}

TEST_F(Drain, GivesAnEntityToEverySourceThatWantsIt) {
  SourceSpec second = course_source();
  second.component = "enrollments";
  sources_.push_back(second);
  one_.queue.set_sources(sources_);
  site_.create_node("course", "Chemistry");
  drain(one_);
  EXPECT_EQ(sql("SELECT string_agg(component, ' ' ORDER BY component) FROM {moodle_sync.task}"),
            "course enrollments");
}

TEST_F(Drain, ReachesEverySourceWithALinkWhenTheBundleIsUnknown) {
  sql("INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id, moodle_id) "
      "VALUES ('course', 'main', 'node', 7, 70), ('retired', 'main', 'node', 7, 71)");
  sql("INSERT INTO {moodle_sync.change} (entity_type, entity_id, bundle, op) "
      "VALUES ('node', 7, 'renamed', 'D')");
  drain(one_);
  EXPECT_EQ(tasks(), "course node:7 pending");
}

TEST_F(Drain, LooksAtEveryLinkAgainAfterATruncate) {
  sql("INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id, moodle_id) "
      "VALUES ('course', 'main', 'node', 7, 70), ('category', 'main', 'taxonomy_term', 7, 71)");
  sql("TRUNCATE {node}");
  drain(one_);
  EXPECT_EQ(tasks(), "course node:7 pending");
}

TEST_F(Drain, TellsThatDrupalsConfigurationChanged) {
  site_.add_field({.entity_type = "node", .bundles = {"course"}, .name = "field_new"});
  EXPECT_TRUE(drain(one_).config_changed);
  EXPECT_FALSE(drain(one_).config_changed);
}

TEST_F(Drain, MakesAParkedTaskPendingAgain) {
  const Task task = claimed_course();
  settle(one_, {ended(task, Settlement::State::kParked)});
  site_.save_node(task.key.entity.id, {.base = {{"title", "Physics"}}});
  drain(one_);
  const auto tasks = claim(one_);
  ASSERT_EQ(tasks.size(), 1U);
  EXPECT_EQ(tasks[0].generation, 2);
  EXPECT_EQ(tasks[0].attempts, 0);
}

TEST_F(Drain, LeavesTheLeaseOfARunningTaskAlone) {
  const Task task = claimed_course();
  site_.save_node(task.key.entity.id, {.base = {{"title", "Physics"}}});
  drain(one_);
  EXPECT_TRUE(claim(one_).empty());
  EXPECT_EQ(sql("SELECT generation FROM {moodle_sync.task}"), "2");
}

TEST_F(Drain, SkipsChangesThatAnotherInstanceIsTaking) {
  site_.create_node("course", "Chemistry");
  auto other = another_instance();
  auto taking = Transaction::begin(other->connection);
  ASSERT_TRUE(taking->query(other->names.expand("SELECT FROM {moodle_sync.change} FOR UPDATE")));
  EXPECT_EQ(drain(one_).taken, 0U);
}

TEST_F(Drain, LosesNoChangeThatCommitsLateWithALowNumber) {
  DrupalSite slow(site_.connection(), site_.options());
  slow.sql().begin();
  slow.sql().run(
      one_.names.expand("INSERT INTO {moodle_sync.change} (entity_type, entity_id, bundle, op) "
                        "VALUES ('node', 1, 'course', 'U')"));
  site_.create_node("course", "Physics");
  EXPECT_EQ(drain(one_).taken, 1U);
  slow.sql().commit();
  EXPECT_EQ(drain(one_).taken, 1U);
}

}  // namespace
}  // namespace moodlesync::postgres

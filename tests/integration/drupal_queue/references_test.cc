// Whom it concerns when an entity goes or gets another Moodle id.
#include <gtest/gtest.h>

#include <string>

#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

FieldWish reference(const std::string& path, const std::string& component) {
  return {.path = *parse_field_path(path), .counterpart_of = component};
}

/// Courses with participants and registrations, users whose profiles name their groups.
class References : public QueueTest {
 protected:
  References() {
    for (const char* type : {"course", "page"})
      site_.add_field({"node", {type}, "field_participants", "entity_reference", -1, "user"});
    site_.add_field(
        {"profile", {"student"}, "field_group", "entity_reference", 1, "taxonomy_term"});
    SourceSpec enrollments = course_source();
    enrollments.component = "enrollments";
    enrollments.gives_moodle_id = false;
    enrollments.fields = {reference("field_participants", "users")};
    enrollments.owned = {{.entity_type = "registration",
                          .bundle = "seminar",
                          .fields = {reference("user_uid", "users")}}};
    SourceSpec members = user_source();
    members.component = "cohorts";
    members.gives_moodle_id = false;
    members.fields = {reference("profile:student:field_group", "category")};
    sources_.push_back(enrollments);
    sources_.push_back(members);
    install();
    read_schema();
  }

  void read_schema() {
    const Status read = one_.schema.refresh(one_.connection);
    if (!read) throw std::runtime_error(read.error().message);
  }
  /// Forgets what the preparations left behind.
  void calm() {
    drain(one_);
    sql("DELETE FROM {moodle_sync.task}");
  }
  /// The tasks of one component after a drain, as "type:id".
  std::string tasks_of(const std::string& component) {
    drain(one_);
    return sql(
        "SELECT coalesce(string_agg(entity_type || ':' || entity_id, ' ' ORDER BY entity_id), '') "
        "FROM {moodle_sync.task} WHERE component = '" +
        component + "'");
  }
  /// A course with this user in field_participants.
  std::int64_t course_with(std::int64_t uid) {
    return site_.create_node("course", "Chemistry", {{"field_participants", {uid}}});
  }
  /// Settles the user's task as `link` says, the former link being `before`.
  SettleReport settle_user(std::int64_t uid, const std::string& before,
                           const std::function<void(Settlement&)>& change) {
    sql("INSERT INTO {moodle_sync.link} (component, source, entity_type, entity_id, " +
        before.substr(0, before.find('=')) + ") VALUES ('users', 'main', 'user', " +
        std::to_string(uid) + ", " + before.substr(before.find('=') + 1) + ")");
    site_.save_user(uid, {});
    drain(one_);
    for (const Task& task : claim(one_)) {
      if (task.key.component != "users") continue;
      Settlement settlement = done(task, 70);
      change(settlement);
      return settle(one_, {settlement});
    }
    throw std::runtime_error("the user has no task");
  }
};

TEST_F(References, OfACourseToADeletedUserQueueTheCourse) {
  const auto uid = site_.create_user("anna");
  const auto nid = course_with(uid);
  course_with(site_.create_user("bob"));
  calm();
  site_.remove("user", {uid});
  EXPECT_EQ(tasks_of("enrollments"), "node:" + std::to_string(nid));
}

TEST_F(References, OfARegistrationToADeletedUserQueueItsHost) {
  const auto uid = site_.create_user("anna");
  const auto nid = site_.create_node("course", "Chemistry");
  site_.create_registration("seminar", nid, uid);
  calm();
  site_.remove("user", {uid});
  EXPECT_EQ(tasks_of("enrollments"), "node:" + std::to_string(nid));
}

TEST_F(References, OfAProfileToADeletedTermQueueItsUser) {
  const auto tid = site_.create_term("categories", "Group");
  const auto uid = site_.create_user("anna");
  site_.create_profile("student", uid, {{"field_group", {tid}}});
  calm();
  site_.remove("taxonomy_term", {tid});
  EXPECT_EQ(tasks_of("cohorts"), "user:" + std::to_string(uid));
}

TEST_F(References, OfOtherBundlesConcernNobody) {
  const auto uid = site_.create_user("anna");
  site_.create_node("page", "About us", {{"field_participants", {uid}}});
  calm();
  site_.remove("user", {uid});
  EXPECT_EQ(tasks_of("enrollments"), "");
}

TEST_F(References, ToANamesakeOfAnotherTypeConcernNobody) {
  const auto uid = site_.create_user("anna");
  course_with(uid);
  calm();
  sql("INSERT INTO {moodle_sync.change} (entity_type, entity_id, bundle, op) "
      "VALUES ('taxonomy_term', " +
      std::to_string(uid) + ", 'categories', 'D')");
  EXPECT_EQ(tasks_of("enrollments"), "");
}

TEST_F(References, QueueNothingForASave) {
  const auto uid = site_.create_user("anna");
  course_with(uid);
  calm();
  site_.save_user(uid, {});
  EXPECT_EQ(tasks_of("enrollments"), "");
}

TEST_F(References, ToManyDeletedUsersMakeOneTaskOfEachCourse) {
  const auto anna = site_.create_user("anna");
  const auto bob = site_.create_user("bob");
  const auto nid = site_.create_node("course", "Chemistry", {{"field_participants", {anna, bob}}});
  site_.create_registration("seminar", nid, anna);
  calm();
  site_.remove("user", {anna, bob});
  EXPECT_EQ(tasks_of("enrollments"), "node:" + std::to_string(nid));
}

TEST_F(References, QueueTheCourseWhenTheUserGetsAnotherAccount) {
  const auto uid = site_.create_user("anna");
  const auto nid = course_with(uid);
  calm();
  EXPECT_EQ(settle_user(uid, "moodle_id=69", [](Settlement&) {}).noted, 1U);
  EXPECT_EQ(tasks_of("enrollments"), "node:" + std::to_string(nid));
}

TEST_F(References, QueueTheCourseWhenTheUserIsSkippedNoLonger) {
  const auto uid = site_.create_user("anna");
  const auto nid = course_with(uid);
  calm();
  const auto admitted = [](Settlement& settlement) {
    if (settlement.link) settlement.link->skipped.clear();
  };
  EXPECT_EQ(settle_user(uid, "skipped='opted_out'", admitted).noted, 1U);
  EXPECT_EQ(tasks_of("enrollments"), "node:" + std::to_string(nid));
}

TEST_F(References, QueueTheCourseWhenTheAccountIsGone) {
  const auto uid = site_.create_user("anna");
  const auto nid = course_with(uid);
  calm();
  EXPECT_EQ(settle_user(uid, "moodle_id=70",
                        [](Settlement& settlement) {
                          settlement.link.reset();
                          settlement.remove_link = true;
                        })
                .noted,
            1U);
  EXPECT_EQ(tasks_of("enrollments"), "node:" + std::to_string(nid));
}

TEST_F(References, QueueNothingWhenTheAccountStaysTheSame) {
  const auto uid = site_.create_user("anna");
  course_with(uid);
  calm();
  EXPECT_EQ(settle_user(uid, "moodle_id=70", [](Settlement&) {}).noted, 0U);
  EXPECT_EQ(tasks_of("enrollments"), "");
}

TEST_F(References, ThatCannotBeLookedUpHoldUpNothingAndAreNotForgotten) {
  const auto uid = site_.create_user("anna");
  const auto nid = course_with(uid);
  calm();
  site_.sql().run("ALTER TABLE " + site_.table("profile__field_group") + " RENAME TO gone");
  site_.remove("user", {uid});
  EXPECT_TRUE(drain(one_).config_changed) << "the schema is out of date";
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.task} WHERE component = 'users'"), "1");
  EXPECT_EQ(tasks_of("enrollments"), "");
  read_schema();
  EXPECT_EQ(tasks_of("enrollments"), "node:" + std::to_string(nid));
  EXPECT_EQ(changes(), "");
}

}  // namespace
}  // namespace moodlesync::postgres

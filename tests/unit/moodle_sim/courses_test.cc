#include <gtest/gtest.h>

#include <string>

#include "support/moodle_sim/moodle_sim.h"
#include "support/moodle_sim/rest_client.h"

namespace moodlesync::sim {
namespace {

class Courses : public ::testing::Test {
 protected:
  Reply update(Id id, const Variables& fields) {
    Variables params = {{"courses[0][id]", std::to_string(id)}};
    for (const auto& [name, value] : fields) params.emplace_back("courses[0][" + name + "]", value);
    return client_.call("core_course_update_courses", params);
  }

  static Course course(const std::string& shortname, Id category = 1) {
    Course row;
    row.fullname = row.shortname = shortname;
    row.category = category;
    return row;
  }

  MoodleSim moodle_;
  RestClient client_{moodle_.url(), moodle_.token()};
};

TEST_F(Courses, AFailedBatchLeavesNothingAndItsIdsAreNotGivenAgain) {
  const Variables batch = {{"courses[0][fullname]", "a"},   {"courses[0][shortname]", "a"},
                           {"courses[0][categoryid]", "1"}, {"courses[1][fullname]", "b"},
                           {"courses[1][shortname]", "a"},  {"courses[1][categoryid]", "1"}};
  const Variables single(batch.begin(), batch.begin() + 3);

  EXPECT_EQ(client_.call("core_course_create_courses", batch).errorcode(), "shortnametaken");
  EXPECT_EQ(moodle_.state()->course_with_shortname("a"), nullptr);
  EXPECT_EQ(moodle_.state()->categories.find(1)->coursecount, 0);
  const Reply created = client_.call("core_course_create_courses", single);
  EXPECT_EQ(created.json[0]["id"], 3);
}

TEST_F(Courses, AMoveToAnUnknownCategoryIsWarnedOfAndWritten) {
  const Id id = moodle_.create_course(course("a"));

  const Reply reply = update(id, {{"categoryid", "999"}, {"fullname", "moved"}});

  EXPECT_EQ(reply.json["warnings"][0]["warningcode"], "invalidrecordunknown");
  const auto state = moodle_.state();
  EXPECT_EQ(state->courses.find(id)->category, 999);
  EXPECT_EQ(state->courses.find(id)->fullname, "moved");
  EXPECT_EQ(state->courses.find(id)->visible, 0);
}

TEST_F(Courses, MovingIntoAHiddenCategoryHidesUnlessVisibleChanges) {
  const Id hidden = moodle_.create_category({.name = "h", .visible = 0});
  const Id shown = moodle_.create_course(course("a"));
  Course off = course("b");
  off.visible = 0;
  const Id concealed = moodle_.create_course(off);

  (void)update(shown, {{"categoryid", std::to_string(hidden)}, {"visible", "1"}});
  (void)update(concealed, {{"categoryid", std::to_string(hidden)}, {"visible", "1"}});

  EXPECT_EQ(moodle_.state()->courses.find(shown)->visible, 0);
  EXPECT_EQ(moodle_.state()->courses.find(concealed)->visible, 1);
}

TEST_F(Courses, ABadSecondCustomFieldLeavesTheFirstOneWritten) {
  moodle_.change_settings([](Settings& settings) {
    settings.course_fields = {{"ctext"}, {"cdate", "date"}};
  });
  const Id id = moodle_.create_course(course("a"));

  const Reply reply = update(id, {{"customfields][0][shortname", "ctext"},
                                  {"customfields][0][value", "written"},
                                  {"customfields][1][shortname", "cdate"},
                                  {"customfields][1][value", "soon"},
                                  {"fullname", "changed"}});

  EXPECT_EQ(reply.json["warnings"][0]["warningcode"], "invalidpersistenterror");
  const Course stored = *moodle_.state()->courses.find(id);
  EXPECT_EQ(stored.customfields.at("ctext"), "written");
  EXPECT_EQ(stored.fullname, "a");
}

TEST_F(Courses, ACopyHasNoIdnumberAndIsVisible) {
  Course source = course("tpl");
  source.idnumber = "7";
  source.visible = 0;
  source.summary = "s";
  const Id id = moodle_.create_course(source);

  const Reply reply =
      client_.call("core_course_duplicate_course", {{"courseid", std::to_string(id)},
                                                    {"fullname", "Copy"},
                                                    {"shortname", "c"},
                                                    {"categoryid", "1"}});

  const Course copy = *moodle_.state()->courses.find(reply.json["id"].get<Id>());
  EXPECT_EQ(copy.idnumber, "");
  EXPECT_EQ(copy.visible, 1);
  EXPECT_EQ(copy.summary, "s");
}

TEST_F(Courses, HidingACategoryHidesWhatItHolds) {
  const Id hidden = moodle_.create_category({.name = "h", .visible = 0});
  const Id category = moodle_.create_category({.name = "c"});
  const Id below = moodle_.create_category({.name = "d", .parent = category});
  const Id id = moodle_.create_course(course("a", below));

  const Reply reply = client_.call("core_course_update_categories",
                                   {{"categories[0][id]", std::to_string(category)},
                                    {"categories[0][parent]", std::to_string(hidden)}});

  EXPECT_EQ(reply.body, "null");
  EXPECT_EQ(moodle_.state()->categories.find(below)->visible, 0);
  EXPECT_EQ(moodle_.state()->courses.find(id)->visible, 0);
}

TEST_F(Courses, OldMoodleSetsNoDatesOfItsOwn) {
  moodle_.change_settings([](Settings& settings) { settings.version = Version::k45; });

  const Reply reply = client_.call("core_course_create_courses", {{"courses[0][fullname]", "a"},
                                                                  {"courses[0][shortname]", "a"},
                                                                  {"courses[0][categoryid]", "1"}});

  const Course stored = *moodle_.state()->courses.find(reply.json[0]["id"].get<Id>());
  EXPECT_EQ(stored.startdate, 0);
  EXPECT_EQ(stored.enddate, 0);
}

}  // namespace
}  // namespace moodlesync::sim

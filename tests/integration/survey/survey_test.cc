// Going over all entities: for resync, plan and reconcile.
#include <gtest/gtest.h>
#include <poll.h>

#include <set>
#include <string>

#include "drupal/postgres/listener.h"
#include "drupal/postgres/site_survey.h"
#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class SurveyTest : public QueueTest {
 protected:
  SurveyTest() : survey_(one_.connection, one_.names, one_.schema) {
    sources_ = {category_source(), course_source(), user_source()};
    install();
    survey_.set_sources(sources_);
  }

  ResyncProgress queue_all(const ResyncWish& wish, int limit = 1000, ResyncProgress from = {}) {
    for (int i = 0; i < 1000 && !from.place.finished; ++i) {
      auto next = survey_.queue(wish, from, limit);
      EXPECT_TRUE(next) << next.error().message;
      if (!next) return from;
      from = *next;
    }
    EXPECT_TRUE(from.place.finished);
    return from;
  }
  std::set<std::string> surveyed(const Selection& selection, int limit = 1000) {
    std::set<std::string> keys;
    Bookmark place;
    for (int i = 0; i < 1000 && !place.finished; ++i) {
      auto page = survey_.entities(selection, place, limit);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) return keys;
      for (const Task& task : page->tasks) EXPECT_TRUE(keys.insert(to_string(task.key)).second);
      place = page->next;
    }
    EXPECT_TRUE(place.finished);
    return keys;
  }
  OwedPage owed(const Selection& selection = {}) {
    OwedPage all;
    while (!all.next.finished) {
      auto page = survey_.owed(selection, all.next, 2);
      EXPECT_TRUE(page) << page.error().message;
      if (!page) break;
      for (Task& task : page->tasks) all.tasks.push_back(std::move(task));
      for (ParkedNote& note : page->parked) all.parked.push_back(std::move(note));
      all.next = page->next;
    }
    return all;
  }
  std::vector<std::int64_t> courses(int count) {
    std::vector<std::int64_t> nids;
    for (int i = 0; i < count; ++i) nids.push_back(site_.create_node("course", "Course"));
    forget_changes();
    return nids;
  }

  SiteSurvey survey_;
};

TEST_F(SurveyTest, QueuesEveryEntityOfTheSources) {
  courses(3);
  site_.create_term("categories", "Arts");
  site_.create_term("tags", "No category");
  site_.create_node("page", "No course");
  forget_changes();
  const ResyncProgress done = queue_all({.selection = {.component = "course"}});
  EXPECT_EQ(done.queued, 3);
  EXPECT_EQ(sql("SELECT string_agg(DISTINCT component, ',') FROM {moodle_sync.task}"), "course");
  EXPECT_EQ(queue_all({.selection = {.component = "category"}}).queued, 1);
}

TEST_F(SurveyTest, QueuesOneEntityByItsName) {
  const auto nids = courses(3);
  const ResyncProgress done = queue_all({.selection = {.entity = EntityRef{"node", nids[1]}}});
  EXPECT_EQ(done.queued, 1);
  EXPECT_EQ(tasks(), "course node:" + std::to_string(nids[1]) + " pending");
  EXPECT_EQ(queue_all({.selection = {.entity = EntityRef{"node", 4711}}}).queued, 0);
}

TEST_F(SurveyTest, QueuesALinkWhoseEntityIsGone) {
  const Task task = claimed_course();
  settle(one_, {done(task, 42)});
  site_.remove("node", {task.key.entity.id});
  forget_changes();
  EXPECT_EQ(queue_all({.selection = {.component = "course"}}).queued, 1);
  EXPECT_TRUE(claim(one_).at(0).link->moodle_id.has_value());
}

TEST_F(SurveyTest, UnparksAndCountsAsAChangeToWhoeverWorksOnIt) {
  const auto nids = courses(2);
  queue_all({.selection = {.component = "course"}});
  const auto claimed = claim(one_, 1);
  settle(one_, {ended(claimed.at(0), Settlement::State::kParked)});
  const auto running = claim(one_, 1);
  queue_all({.selection = {.component = "course"}});
  EXPECT_EQ(sql("SELECT string_agg(state || generation, ',' ORDER BY state) FROM "
                "{moodle_sync.task}"),
            "pending2,running2");
  settle(one_, {done(running.at(0), 9)});
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.task} WHERE state = 'pending'"), "2");
}

TEST_F(SurveyTest, GoesOnWhereItWasKilled) {
  courses(5);
  const ResyncWish wish{.selection = {.component = "course"}};
  auto first = survey_.queue(wish, ResyncProgress{}, 2);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.task}"), "2");

  const auto again = another_instance();
  SiteSurvey other(again->connection, again->names, again->schema);
  other.set_sources(sources_);
  auto resumed = other.open(wish, false);
  ASSERT_TRUE(resumed) << resumed.error().message;
  ASSERT_TRUE(resumed->resumed.has_value());
  EXPECT_EQ(resumed->looked_at, 2);
  EXPECT_EQ(queue_all(wish, 2, *resumed).queued, 5);
  EXPECT_EQ(sql("SELECT string_agg(DISTINCT generation::text, ',') FROM {moodle_sync.task}"), "1")
      << "no entity was queued twice";
  EXPECT_FALSE(survey_.open(wish, false)->resumed.has_value()) << "it was finished";
}

TEST_F(SurveyTest, BeginsAnewWhenAskedTo) {
  courses(3);
  const ResyncWish wish{.selection = {.component = "course"}};
  ASSERT_TRUE(survey_.queue(wish, ResyncProgress{}, 2));
  EXPECT_FALSE(survey_.open({.selection = {.component = "users"}}, false)->resumed.has_value())
      << "another wish";
  EXPECT_FALSE(survey_.open(wish, true)->resumed.has_value());
  EXPECT_FALSE(survey_.open(wish, false)->resumed.has_value()) << "forgotten for good";
}

TEST_F(SurveyTest, HasEverythingSentAgainWhenAskedTo) {
  courses(1);
  queue_all({.selection = {.component = "course"}});
  EXPECT_FALSE(claim(one_).at(0).in_doubt);
  queue_all({.selection = {.component = "course"}, .resend = true});
  sql("UPDATE {moodle_sync.task} SET state = 'pending', due_at = now(), token = NULL");
  EXPECT_TRUE(claim(one_).at(0).in_doubt);
}

TEST_F(SurveyTest, LosesNoWishToResendToAConversationThatIsGoingOn) {
  courses(1);
  queue_all({.selection = {.component = "course"}});
  const Task running = claim(one_).at(0);
  queue_all({.selection = {.component = "course"}, .resend = true});
  settle(one_, {done(running, 7)});
  EXPECT_TRUE(claim(one_).at(0).in_doubt);
}

TEST_F(SurveyTest, WakesTheDaemons) {
  courses(1);
  Listener listener(session_settings(site_.connection()), one_.names.our_schema(), true,
                    one_.connection);
  EXPECT_TRUE(listener.consume());  // Just connected.
  queue_all({.selection = {.component = "course"}});
  pollfd notified{listener.fd(), POLLIN, 0};
  bool heard = false;  // Its own ping wakes it too, and is no news.
  while (!heard && ::poll(&notified, 1, 10'000) == 1) heard = listener.consume();
  EXPECT_TRUE(heard);
}

TEST_F(SurveyTest, ShowsEveryEntityWithItsLinkAndChangesNothing) {
  const Task task = claimed_course();
  Settlement settlement = done(task, 42);
  settlement.link->sent["fullname"] = "Chemistry";
  settle(one_, {settlement});
  courses(3);
  EXPECT_EQ(surveyed({.component = "course"}, 2).size(), 4U);
  EXPECT_EQ(*survey_.count({.component = "course"}), 5) << "four courses and one link";
  const auto page = survey_.entities({.entity = task.key.entity}, {}, 10);
  ASSERT_EQ(page->tasks.size(), 1U);
  EXPECT_EQ(page->tasks[0].link->sent.at("fullname"), "Chemistry");
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.task}"), "0");
}

TEST_F(SurveyTest, ShowsWhatIsOwedWithoutDrainingIt) {
  const auto saved = site_.create_node("course", "Changed just now");
  const auto uid = site_.create_user("ada");
  drain(one_);
  const auto tasks_before = sql("SELECT count(*) FROM {moodle_sync.task}");
  site_.save_node(saved, {.base = {{"title", "And again"}}});
  const auto undrained = site_.create_node("course", "Not drained");
  site_.create_profile("student", uid);
  const std::string waiting = changes();
  const OwedPage all = owed();
  std::set<std::string> keys;
  for (const Task& task : all.tasks) keys.insert(to_string(task.key));
  EXPECT_EQ(keys, (std::set<std::string>{"course/main node:" + std::to_string(saved),
                                         "course/main node:" + std::to_string(undrained),
                                         "users/main user:" + std::to_string(uid)}));
  EXPECT_EQ(changes(), waiting);
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.task}"), tasks_before);
}

TEST_F(SurveyTest, TellsParkedTasksFromThoseThatAChangeUnparks) {
  const Task task = claimed_course();
  Settlement parked = ended(task, Settlement::State::kParked);
  parked.code = "shortnametaken";
  parked.message = "the short name is taken";
  settle(one_, {parked});
  ASSERT_EQ(owed().parked.size(), 1U);
  EXPECT_EQ(owed().parked[0].code, "shortnametaken");
  EXPECT_EQ(owed().parked[0].message, "the short name is taken");
  site_.save_node(task.key.entity.id, {.base = {{"title", "Another"}}});
  EXPECT_TRUE(owed().parked.empty());
  EXPECT_EQ(owed().tasks.size(), 1U);
}

TEST_F(SurveyTest, StoresWhatMoodleHoldsUnlessTheLinkHasChanged) {
  const Task task = claimed_course();
  Settlement settlement = done(task, 42);
  settlement.link->sent["fullname"] = "Chemistry";
  settle(one_, {settlement});
  Correction correction{task.key, *settlement.link, *settlement.link};
  correction.after.sent["fullname"] = "Chemistry, as somebody wrote in Moodle";
  const std::vector<Correction> corrections{correction};
  EXPECT_EQ(*survey_.correct(corrections), 1U);
  EXPECT_EQ(sql("SELECT sent->>'fullname' FROM {moodle_sync.link}"),
            "Chemistry, as somebody wrote in Moodle");
  EXPECT_EQ(tasks(), "course node:" + std::to_string(task.key.entity.id) + " pending");
  EXPECT_EQ(*survey_.correct(corrections), 0U) << "the link is not as it was read";
}

TEST_F(SurveyTest, SaysWhatToDoWithoutASchemaOfOurs) {
  ASSERT_TRUE(installer_.uninstall());
  const auto counted = survey_.count({});
  ASSERT_FALSE(counted);
  EXPECT_EQ(counted.error().code, "not_installed");
}

}  // namespace
}  // namespace moodlesync::postgres

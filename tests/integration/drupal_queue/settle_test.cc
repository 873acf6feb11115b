// What became of a conversation: links, task states, wake-ups.
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "integration/drupal_queue/queue_fixture.h"

namespace moodlesync::postgres {
namespace {

class Settle : public QueueTest {
 protected:
  Settle() { forget_changes(); }

  [[nodiscard]] std::string link(const std::string& columns) {
    return sql("SELECT concat_ws(' ', " + columns + ") FROM {moodle_sync.link}");
  }
  /// A running task for a category, whether or not the term exists.
  [[nodiscard]] Task claimed_category(std::int64_t tid) {
    sql("INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id, bundle) VALUES "
        "('category', 'main', 'taxonomy_term', " +
        std::to_string(tid) + ", 'categories')");
    for (const Task& task : claim(one_)) {
      if (task.key.component == "category") return task;
    }
    throw std::runtime_error("the category was not claimed");
  }
  /// The task of a course that was claimed and settled before, claimed after its next save.
  [[nodiscard]] Task claimed_again(const Task& course) {
    site_.save_node(course.key.entity.id, {.base = {{"title", "Chemistry"}}});
    drain(one_);
    for (Task& task : claim(one_)) {
      if (task.key == course.key) return std::move(task);
    }
    throw std::runtime_error("the course was not claimed again");
  }
  static inline const TaskKey kCategory{"category", "main", {"taxonomy_term", 9}};
};

TEST_F(Settle, StoresTheLinkAndRemovesTheTask) {
  const Task task = claimed_course();
  Settlement settlement = done(task, 42);
  settlement.link->sent = {{"fullname", "Chemistry"}, {"visible", "0"}, {"summary", ""}};
  settlement.link->uuid = "u-1";
  const SettleReport report = settle(one_, {settlement});
  EXPECT_EQ(report.settled, 1U);
  EXPECT_EQ(tasks(), "");
  site_.save_node(task.key.entity.id, {.base = {{"title", "Physics"}}});
  drain(one_);
  const auto again = claim(one_);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].link, settlement.link);
}

TEST_F(Settle, ReadsBackOfALinkWhatIsText) {
  const Task task = claimed_course();
  Settlement settlement = done(task, 42);
  settlement.link->sent = {{"", "no name"}, {"idnumber", "ä \"quoted\" \\ \n"}, {"summary", ""}};
  settle(one_, {settlement});
  sql(R"(UPDATE {moodle_sync.link} SET sent = sent ||
         '{"count": 3, "nested": {"idnumber": "other"}, "list": ["idnumber", "x"], "none": null}')");
  const Task again = claimed_again(task);
  EXPECT_EQ(again.link->sent, settlement.link->sent);
  settle(one_, {done(again, 42)});
  sql(R"(UPDATE {moodle_sync.link} SET sent = '["idnumber", "x"]')");
  EXPECT_TRUE(claimed_again(task).link->sent.empty());
}

/// The sweep must not ask for ever what has been answered.
TEST_F(Settle, NotesOfALinkThatIsLeftAloneThatItWasLookedAt) {
  const Task task = claimed_course();
  Settlement settlement = done(task, 42);
  settlement.link->sent = {{"fullname", "Chemistry"}};
  settle(one_, {settlement});
  sql("UPDATE {moodle_sync.link} SET updated_at = '-infinity'");
  settle(one_, {ended(claimed_again(task), Settlement::State::kDone)});
  EXPECT_EQ(link("updated_at > now() - interval '1 minute', moodle_id, sent"),
            "t 42 {\"fullname\": \"Chemistry\"}");
  EXPECT_EQ(tasks(), "");
}

TEST_F(Settle, ComesBackWhenAChangeCameMeanwhile) {
  const Task task = claimed_course();
  site_.save_node(task.key.entity.id, {.base = {{"title", "Physics"}}});
  drain(one_);
  sql("UPDATE {moodle_sync.task} SET first_at = now() - interval '1 hour'");
  const SettleReport report = settle(one_, {done(task, 42)});
  EXPECT_EQ(report.changed, 1U);
  const auto again = claim(one_);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].link->moodle_id, MoodleId{42});
  EXPECT_LT(again[0].queued, std::chrono::minutes{30}) << "the older change has been done";
}

TEST_F(Settle, FollowsANewerChangeEvenWhenTheOldStateWasRefused) {
  const Task task = claimed_course();
  site_.save_node(task.key.entity.id, {.base = {{"title", "Physics"}}});
  drain(one_);
  settle(one_, {ended(task, Settlement::State::kParked)});
  EXPECT_EQ(claim(one_).size(), 1U);
}

TEST_F(Settle, LeavesATaskAloneWhoseLeaseWasLost) {
  const Task task = claimed_course();
  sql("UPDATE {moodle_sync.task} SET lease_until = now() - interval '1 second'");
  const Task taken = claim(*another_instance()).at(0);
  const SettleReport report = settle(one_, {done(task, 42)});
  EXPECT_EQ(report.lost, 1U);
  EXPECT_EQ(report.settled, 0U);
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.link}"), "0");
  EXPECT_EQ(sql("SELECT token FROM {moodle_sync.task}"), std::to_string(taken.token));
}

TEST_F(Settle, SettlesTheOthersOfAGroupInWhichOneIsLost) {
  const Task course = claimed_course();
  const Task category = claimed_category(9);
  Settlement lost = done(course, 42);
  lost.token = 1'000'000;
  const SettleReport report = settle(one_, {lost, done(category, 43)});
  EXPECT_EQ(report.lost, 1U);
  EXPECT_EQ(report.settled, 1U);
  EXPECT_EQ(link("component, moodle_id"), "category 43");
}

TEST_F(Settle, DelaysAndCountsAFailedAttempt) {
  const Task task = claimed_course();
  Settlement failed = ended(task, Settlement::State::kPending, std::chrono::minutes(5));
  failed.spend_attempt = true;
  failed.in_doubt = true;
  failed.code = "timeout";
  settle(one_, {failed});
  EXPECT_TRUE(claim(one_).empty());
  sql("UPDATE {moodle_sync.task} SET due_at = now()");
  const Task again = claim(one_).at(0);
  EXPECT_EQ(again.attempts, 1);
  EXPECT_TRUE(again.in_doubt);
}

TEST_F(Settle, KeepsTheLinkOfAParkedTask) {
  const Task task = claimed_course();
  Settlement parked = done(task, 42);
  parked.state = Settlement::State::kParked;
  parked.code = "shortnametaken";
  settle(one_, {parked});
  EXPECT_EQ(link("moodle_id"), "42");
  EXPECT_EQ(sql("SELECT state || ' ' || code FROM {moodle_sync.task}"), "parked shortnametaken");
}

TEST_F(Settle, RemovesTheLinkOfWhatIsGone) {
  const Task task = claimed_course();
  settle(one_, {done(task, 42)});
  site_.remove("node", {task.key.entity.id});
  drain(one_);
  Settlement removed = ended(claim(one_).at(0), Settlement::State::kDone);
  removed.remove_link = true;
  settle(one_, {removed});
  EXPECT_EQ(sql("SELECT count(*) FROM {moodle_sync.link}"), "0");
}

TEST_F(Settle, StoresTextThatPostgresWouldRefuse) {
  const Task task = claimed_course();
  Settlement parked = done(task, 42);
  parked.state = Settlement::State::kParked;
  parked.message = std::string("NUL \0 and half an \xC3", 18);
  parked.link->sent["summary"] = std::string("a\0b\xFF", 4);
  EXPECT_EQ(settle(one_, {parked}).settled, 1U);
}

TEST_F(Settle, OwesAWriteBackAndCountsOnlyRealReasserts) {
  const auto owe = [&](const Task& task) {
    Settlement settlement = done(task, 42);
    settlement.owe_write_back = true;
    settle(one_, {settlement});
  };
  const Task task = claimed_course();
  owe(task);
  EXPECT_EQ(link("write_back, reasserts, write_back_due <= now()"), "1 0 t");
  site_.save_node(task.key.entity.id, {});
  drain(one_);
  owe(claim(one_).at(0));  // Still not written: nothing was wiped.
  EXPECT_EQ(link("write_back, reasserts"), "1 0");
  sql("UPDATE {moodle_sync.link} SET write_back = 0");
  site_.save_node(task.key.entity.id, {});
  drain(one_);
  owe(claim(one_).at(0));
  EXPECT_EQ(link("write_back, reasserts, reasserted_on = current_date"), "1 1 t");
}

TEST_F(Settle, CountsReassertsByTheDay) {
  const Task task = claimed_course();
  settle(one_, {done(task, 42)});
  sql("UPDATE {moodle_sync.link} SET reasserts = 3, reasserted_on = current_date - 1");
  site_.save_node(task.key.entity.id, {});
  drain(one_);
  Settlement again = done(claim(one_).at(0), 42);
  again.owe_write_back = true;
  settle(one_, {again});
  EXPECT_EQ(link("reasserts"), "1");
}

TEST_F(Settle, OwesNothingMoreForAnIdThatChanged) {
  const Task task = claimed_course();
  Settlement first = done(task, 42);
  first.owe_write_back = true;
  settle(one_, {first});
  site_.save_node(task.key.entity.id, {});
  drain(one_);
  settle(one_, {done(claim(one_).at(0), 43)});
  EXPECT_EQ(link("moodle_id, write_back"), "43 0");
}

TEST_F(Settle, QueuesWhatIsWaitedForAndStandsNowhere) {
  const Task task = claimed_course();
  settle(one_, {waiting(task, kCategory, "categories")});
  EXPECT_EQ(
      sql("SELECT component || ' ' || bundle FROM {moodle_sync.task} WHERE state = 'pending'"),
      "category categories");
  EXPECT_EQ(claim(one_).at(0).key, kCategory);
}

TEST_F(Settle, WakesAWaiterWhenItsTargetSettlesLater) {
  const Task course = claimed_course();
  const Task category = claimed_category(9);
  EXPECT_EQ(settle(one_, {waiting(course, kCategory, "categories")}).woken, 0U);
  EXPECT_EQ(settle(one_, {done(category, 7)}).woken, 1U);
  EXPECT_EQ(claim(one_).at(0).key, course.key);
}

TEST_F(Settle, DoesNotLetAWaiterSleepWhenItsTargetSettledBefore) {
  const Task course = claimed_course();
  const Task category = claimed_category(9);
  settle(one_, {done(category, 7)});
  EXPECT_EQ(settle(one_, {waiting(course, kCategory, "categories")}).woken, 1U);
  EXPECT_EQ(claim(one_).at(0).key, course.key);
}

TEST_F(Settle, WakesAWaiterOfItsOwnGroup) {
  const Task course = claimed_course();
  const Task category = claimed_category(9);
  EXPECT_EQ(settle(one_, {waiting(course, kCategory, "categories"), done(category, 7)}).woken, 1U);
  EXPECT_EQ(claim(one_).at(0).key, course.key);
}

TEST_F(Settle, WakesAWaiterWhoseTargetWasOptedOut) {
  const Task course = claimed_course();
  const Task category = claimed_category(9);
  settle(one_, {waiting(course, kCategory, "categories")});
  Settlement skipped = ended(category, Settlement::State::kDone);
  skipped.link = Link{};
  skipped.link->skipped = "opted_out";
  EXPECT_EQ(settle(one_, {skipped}).woken, 1U);
  // Asked again in vain, it waits for time to pass and does not spin.
  settle(one_, {waiting(claim(one_).at(0), kCategory, "categories")});
  EXPECT_TRUE(claim(one_).empty());
}

TEST_F(Settle, LeavesAWaiterAsleepWhileItsTargetIsParked) {
  const Task course = claimed_course();
  const Task category = claimed_category(9);
  settle(one_, {ended(category, Settlement::State::kParked)});
  settle(one_, {waiting(course, kCategory, "categories")});
  EXPECT_TRUE(claim(one_).empty());
}

TEST_F(Settle, WakesAWaiterWhenTheParkedTargetHasItsId) {
  const Task course = claimed_course();
  const Task category = claimed_category(9);
  settle(one_, {waiting(course, kCategory, "categories")});
  Settlement parked = done(category, 7);
  parked.state = Settlement::State::kParked;
  EXPECT_EQ(settle(one_, {parked}).woken, 1U);
}

// Waiter and target settle at the same time in two instances. The test holds the lock that both
// need, lets one queue up behind it and then the other; whoever comes second sees the first.
class SettleAtOnce : public Settle, public testing::WithParamInterface<bool> {
 protected:
  /// Blocks until a session waits for a lock that `count` sessions wait for.
  void until_waiting(int count) {
    for (int i = 0; i < 3000; ++i) {
      if (sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
              "wait_event_type = 'Lock'") == std::to_string(count)) {
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "nobody waits";
  }
};

TEST_P(SettleAtOnce, LosesNoWakeUp) {
  const Task course = claimed_course();
  const Task category = claimed_category(9);
  const std::vector<Settlement> waiter{waiting(course, kCategory, "categories")};
  const std::vector<Settlement> target{done(category, 7)};
  auto two = another_instance();
  auto three = another_instance();
  auto holder = Transaction::begin(one_.connection);
  ASSERT_TRUE(holder->query(
      one_.names.expand("SELECT FROM {moodle_sync.task} WHERE component = 'category' FOR UPDATE")));
  std::thread first([&] { (void)settle(*two, GetParam() ? waiter : target); });
  until_waiting(1);
  std::thread second([&] { (void)settle(*three, GetParam() ? target : waiter); });
  until_waiting(2);
  EXPECT_TRUE(holder->commit());
  first.join();
  second.join();
  EXPECT_EQ(sql("SELECT string_agg(component || ' ' || state, ', ') FROM {moodle_sync.task}"),
            "course pending");
}

INSTANTIATE_TEST_SUITE_P(InEitherOrder, SettleAtOnce, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& order) {
                           return order.param ? "WaiterFirst" : "TargetFirst";
                         });

TEST_F(Settle, TellsThatItIsInDoubtWhenTheCommitWasCut) {
  const Task task = claimed_course();
  sql("CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$");
  sql("CREATE CONSTRAINT TRIGGER die AFTER INSERT ON {moodle_sync.link} DEFERRABLE INITIALLY "
      "DEFERRED FOR EACH ROW EXECUTE FUNCTION public.die()");
  const std::vector<Settlement> group{done(task, 42)};
  auto cut = one_.queue.settle(group);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().kind, ErrorKind::kInDoubt);
  sql("DROP TRIGGER die ON {moodle_sync.link}");
  EXPECT_EQ(settle(one_, group).settled, 1U);
}

TEST_F(Settle, CountsWhatIsInTheTables) {
  const Task task = claimed_course();
  Settlement parked = done(task, 42);
  parked.state = Settlement::State::kParked;
  parked.code = "taken";
  parked.message = "held by course 7";
  parked.owe_write_back = true;
  settle(one_, {parked});
  site_.create_node("course", "Physics");
  auto stats = one_.queue.stats();
  ASSERT_TRUE(stats) << stats.error().message;
  ASSERT_EQ(stats->tasks.size(), 1U);
  EXPECT_EQ(stats->tasks[0].state, "parked");
  EXPECT_EQ(stats->tasks[0].code, "taken");
  EXPECT_EQ(stats->tasks[0].last_error, "held by course 7");
  EXPECT_EQ(stats->tasks[0].count, 1);
  EXPECT_EQ(stats->changes, 1);
  EXPECT_EQ(stats->links, 1);
  EXPECT_EQ(stats->skipped, 0);
  EXPECT_EQ(stats->owed_write_backs, 1);
}

TEST_F(Settle, TellsHowOldTheTransactionIsThatVacuumMustRespect) {
  const auto age = [this] { return one_.queue.stats()->oldest_xmin_age; };
  auto other = another_instance();
  auto open = Transaction::begin(other->connection, "ISOLATION LEVEL REPEATABLE READ");
  ASSERT_TRUE(open->query("SELECT 1 FROM pg_class LIMIT 1"));
  const std::int64_t before = age();
  for (int i = 0; i < 20; ++i) site_.create_node("course", "Chemistry");
  EXPECT_GE(age(), before + 20) << "nobody but that reader keeps the rows";
  ASSERT_TRUE(open->commit());
  EXPECT_LT(age(), before + 20);
}

}  // namespace
}  // namespace moodlesync::postgres

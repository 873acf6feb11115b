#include "engine/intake.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include "support/ports/fake_gateway.h"
#include "support/ports/fake_ports.h"
#include "support/ports/in_memory_ledger.h"
#include "support/ports/in_memory_queue.h"
#include "support/ports/scripted_component.h"

namespace moodlesync::engine {
namespace {

using State = Counterpart::State;

class IntakeTest : public testing::Test {
 protected:
  IntakeTest() {
    auto course = std::make_unique<fakes::ScriptedComponent>("course", "node", "course");
    course->wait_for("field_category", "category");
    components_.push_back(std::move(course));
    components_.push_back(
        std::make_unique<fakes::ScriptedComponent>("category", "taxonomy_term", "sections"));
  }
  /// What a course that refers to `reference` learns of it.
  Counterpart ask(Reference reference) {
    Entity course;
    course.ref = {"node", 1};
    course.exists = true;
    course.fields["field_category"] = {{ValueType::kReference, "Arts", "", reference}};
    reader_.set(course);
    const Directory directory(components_);
    Intake intake(directory, {.queue = queue_, .reader = reader_, .moodle = gateway_});
    Task task;
    task.key = {"course", "main", course.ref};
    Intake::Load load = intake.prepare({task}, crew_);
    return load.ready.at(0).conversation.counterpart("category", reference);
  }
  void link_category(Link link) {
    queue_.set_link({"category", "main", {"taxonomy_term", 4}}, std::move(link));
  }

  /// A course with this Moodle id in its field, and the task that has been claimed for it.
  Task typed(std::int64_t node, const std::string& moodle_id) {
    Entity course;
    course.ref = {"node", node};
    course.exists = true;
    course.moodle_id_text = moodle_id;
    reader_.set(course);
    Task task;
    task.key = {"course", "main", course.ref};
    return task;
  }
  void link_course(std::int64_t node, std::int64_t moodle_id, const std::string& skipped = {}) {
    Link link;
    link.moodle_id = MoodleId{moodle_id};
    link.skipped = skipped;
    queue_.set_link({"course", "main", {"node", node}}, link);
  }
  /// Who has the id that stands in the n-th task's entity.
  std::optional<EntityRef> holder(std::vector<Task> tasks, std::size_t n = 0) {
    const Directory directory(components_);
    Intake intake(directory, {.queue = queue_, .reader = reader_, .moodle = gateway_});
    return intake.prepare(std::move(tasks), crew_).ready.at(n).id_holder;
  }

  std::vector<std::unique_ptr<Component>> components_;
  fakes::InMemoryQueue queue_;
  fakes::FakeReader reader_;
  fakes::FakeClock clock_;
  fakes::FakeGateway gateway_{[](const Call&) { return Json(1); }};
  fakes::InMemoryLedger ledger_{queue_};
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::null_sink_mt>()};
  BrakeSettings brake_settings_;
  Brake brake_{{ledger_, gateway_, clock_}, brake_settings_, log_};
  Crew crew_{clock_, brake_};
  Reference arts_{{"taxonomy_term", 4}, true, "sections", ""};
};

TEST_F(IntakeTest, KnowsACounterpartFromOurOwnLinkFirst) {
  Link link;
  link.moodle_id = MoodleId{70};
  link_category(link);
  arts_.moodle_id_text = "80";
  EXPECT_EQ(ask(arts_).id, MoodleId{70});
}

TEST_F(IntakeTest, ExpectsAnIdForEveryEntityOfATypeWithoutBundles) {
  components_.push_back(std::make_unique<fakes::ScriptedComponent>("users", "user", ""));
  const Directory directory(components_);
  EXPECT_NE(directory.source_for("users", "user", "user"), nullptr);
  EXPECT_EQ(directory.source_for("category", "taxonomy_term", "elsewhere"), nullptr);
}

TEST_F(IntakeTest, KnowsACounterpartFromAnIdThatWasTyped) {
  arts_.moodle_id_text = "80";
  arts_.bundle = "elsewhere";
  EXPECT_EQ(ask(arts_).state, State::kKnown);
  EXPECT_EQ(ask(arts_).id, MoodleId{80});
}

TEST_F(IntakeTest, SaysThatAnOptedOutCounterpartIsNone) {
  arts_.moodle_id_text = "ignore";
  EXPECT_EQ(ask(arts_).state, State::kOptedOut);
}

TEST_F(IntakeTest, AwaitsACounterpartThatASourceOfOursWillSync) {
  EXPECT_EQ(ask(arts_).state, State::kPending);
}

TEST_F(IntakeTest, DoesNotAwaitWhatNobodySyncs) {
  arts_.bundle = "tags";
  EXPECT_EQ(ask(arts_).state, State::kNone);
  arts_.bundle = "sections";
  arts_.exists = false;
  EXPECT_EQ(ask(arts_).state, State::kNone);
}

TEST_F(IntakeTest, DoesNotAwaitACounterpartThatIsSkipped) {
  Link link;
  link.skipped = "unknown_id";
  link_category(link);
  EXPECT_EQ(ask(arts_).state, State::kNone);
}

TEST_F(IntakeTest, AwaitsACounterpartThatIsOptedOutNoLonger) {
  Link link;
  link.moodle_id = MoodleId{70};
  link.skipped = "opted_out";
  link_category(link);
  EXPECT_EQ(ask(arts_).state, State::kPending);
}

TEST_F(IntakeTest, DoesNotTakeTheIdOfACopiedEntityForItsOwn) {
  Link original;
  original.moodle_id = MoodleId{80};
  queue_.set_link({"category", "main", {"taxonomy_term", 9}}, original);
  arts_.moodle_id_text = "80";
  EXPECT_EQ(ask(arts_).state, State::kPending);
}

TEST_F(IntakeTest, TellsWhoseIdStandsInTheFieldOfACopiedEntity) {
  Link original;
  original.moodle_id = MoodleId{80};
  queue_.set_link({"course", "main", {"node", 7}}, original);
  Entity copy;
  copy.ref = {"node", 8};
  copy.exists = true;
  copy.moodle_id_text = "80";
  reader_.set(copy);
  const Directory directory(components_);
  Intake intake(directory, {.queue = queue_, .reader = reader_, .moodle = gateway_});
  Task task;
  task.key = {"course", "main", copy.ref};
  EXPECT_EQ(intake.prepare({task}, crew_).ready.at(0).id_holder, (EntityRef{"node", 7}));
}

TEST_F(IntakeTest, ParksATaskWhoseSourceLeftTheConfiguration) {
  const Directory directory(components_);
  Intake intake(directory, {.queue = queue_, .reader = reader_, .moodle = gateway_});
  Task task;
  task.key = {"course", "old", {"node", 1}};
  const Intake::Load load = intake.prepare({task}, crew_);
  ASSERT_EQ(load.failed.size(), 1U);
  EXPECT_EQ(std::get<Error>(load.failed[0].outcome).code, "unknown_source");
}

TEST_F(IntakeTest, KnowsTheIdThatAnotherComponentGaveToTheEntityItself) {
  auto members = std::make_unique<fakes::ScriptedComponent>("members", "user", "");
  members->wait_for("id", "users");
  components_.push_back(std::move(members));
  Link link;
  link.moodle_id = MoodleId{31};
  queue_.set_link({"users", "main", {"user", 7}}, link);
  Entity user;
  user.ref = {"user", 7};
  user.exists = true;
  reader_.set(user);
  const Directory directory(components_);
  Intake intake(directory, {.queue = queue_, .reader = reader_, .moodle = gateway_});
  Task task;
  task.key = {"members", "main", user.ref};
  const Intake::Load load = intake.prepare({task}, crew_);
  EXPECT_EQ(load.ready.at(0).conversation.counterpart("users", self_reference(user)).id,
            MoodleId{31});
}

TEST_F(IntakeTest, ReadsAWholeClaimOfOneSourceAtOnce) {
  const Directory directory(components_);
  Intake intake(directory, {.queue = queue_, .reader = reader_, .moodle = gateway_});
  std::vector<Task> tasks(50);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    tasks[i].key = {"course", "main", {"node", static_cast<std::int64_t>(i) + 1}};
  }
  EXPECT_EQ(intake.prepare(std::move(tasks), crew_).ready.size(), 50U);
  EXPECT_EQ(reader_.loads(), 1);
}

TEST_F(IntakeTest, FindsTheEntityWhoseMoodleIdWasTypedIntoAnother) {
  link_course(5, 77);
  EXPECT_EQ(holder({typed(9, "77")}), (EntityRef{"node", 5}));
  EXPECT_EQ(holder({typed(9, "78")}), std::nullopt);
}

TEST_F(IntakeTest, LetsAnIdBeTakenFromAnEntityThatIsLeftAlone) {
  link_course(5, 77, "opted_out");
  EXPECT_EQ(holder({typed(9, "77")}), std::nullopt);
}

TEST_F(IntakeTest, GivesAnIdThatWasTypedTwiceToTheFirstEntityOnly) {
  EXPECT_EQ(holder({typed(5, "77"), typed(9, "77")}, 0), std::nullopt);
  EXPECT_EQ(holder({typed(5, "77"), typed(9, "77")}, 1), (EntityRef{"node", 5}));
}

TEST_F(IntakeTest, FindsTheHolderOfAnIdWhoseConversationIsStillGoingOn) {
  const Directory directory(components_);
  Intake intake(directory, {.queue = queue_, .reader = reader_, .moodle = gateway_});
  Intake::Load load = intake.prepare({typed(5, "77")}, crew_);
  load.ready.at(0).conversation.entity.fields["title"] = {{ValueType::kText, "Algebra"}};
  crew_.start(std::move(load.ready.at(0)));
  EXPECT_EQ(holder({typed(9, "77")}), (EntityRef{"node", 5}));
  gateway_.pump(std::chrono::milliseconds{0}, {});
  for (const auto ready : gateway_.take_ready()) ready.resume();
  ASSERT_TRUE(crew_.has_finished());
  EXPECT_EQ(holder({typed(9, "1")}), (EntityRef{"node", 5})) << "it got 1 and is not stored yet";
}

TEST_F(IntakeTest, PutsWhoGivesIdsBeforeThoseWhoNeedThem) {
  components_.push_back(std::make_unique<fakes::ScriptedComponent>("users", "user", ""));
  EXPECT_EQ(Directory(components_).component_names(),
            (std::vector<std::string>{"category", "course", "users"}));
}

TEST_F(IntakeTest, LooksForWhoNeedsAnIdAmongTheFieldsOfOwnedEntitiesToo) {
  auto members = std::make_unique<fakes::ScriptedComponent>("members", "node", "group");
  members->own({"registration", "", {{FieldPath{"", "user", ""}, "users"}}});
  components_.insert(components_.begin(), std::move(members));
  components_.push_back(std::make_unique<fakes::ScriptedComponent>("users", "user", ""));
  EXPECT_EQ(Directory(components_).component_names(),
            (std::vector<std::string>{"category", "course", "users", "members"}));
}

TEST_F(IntakeTest, LeavesTheOrderOfThoseWhoNeedEachOthersIdsAsItIs) {
  auto term = std::make_unique<fakes::ScriptedComponent>("category", "taxonomy_term", "sections");
  term->wait_for("parent", "category");
  term->wait_for("field_course", "course");
  components_.back() = std::move(term);
  EXPECT_EQ(Directory(components_).component_names(),
            (std::vector<std::string>{"course", "category"}));
}

}  // namespace
}  // namespace moodlesync::engine

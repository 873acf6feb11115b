#include "engine/planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/ports/fake_gateway.h"
#include "support/ports/fake_ports.h"
#include "support/ports/in_memory_queue.h"
#include "support/ports/scripted_component.h"

namespace moodlesync::engine {
namespace {

using Action = PlanItem::Action;

class PlannerTest : public testing::Test {
 protected:
  PlannerTest() { gateway_.answer_preflight_with({MoodleSite{}}); }

  static std::vector<std::unique_ptr<Component>> two_components() {
    std::vector<std::unique_ptr<Component>> components;
    components.push_back(
        std::make_unique<fakes::ScriptedComponent>("category", "taxonomy_term", "sections"));
    auto course = std::make_unique<fakes::ScriptedComponent>("course", "node", "course");
    course->wait_for("field_category", "category");
    components.push_back(std::move(course));
    return components;
  }

  Task term(std::int64_t id, const std::string& title) {
    return save({"category", "main", {"taxonomy_term", id}}, "sections", title, 0);
  }
  Task course(std::int64_t id, const std::string& title, std::int64_t category = 0) {
    return save({"course", "main", {"node", id}}, "course", title, category);
  }
  Task save(const TaskKey& key, const std::string& bundle, const std::string& title,
            std::int64_t category) {
    Entity entity;
    entity.ref = key.entity;
    entity.exists = true;
    entity.bundle = bundle;
    entity.fields["title"] = {{ValueType::kText, title}};
    if (category > 0) {
      const Reference to{{"taxonomy_term", category}, true, "sections", ""};
      entity.fields["field_category"] = {{ValueType::kReference, "", "", to}};
    }
    reader_.set(entity);
    return task(key);
  }
  Task task(const TaskKey& key) {
    Task task;
    task.key = key;
    const auto link = queue_.all_links().find(key);
    if (link != queue_.all_links().end()) task.link = link->second;
    return task;
  }
  void linked(const TaskKey& key, std::int64_t id, const std::string& title) {
    Link link;
    link.moodle_id = MoodleId{id};
    link.sent["title"] = title;
    queue_.set_link(key, link);
  }
  /// Plans for these, and keeps what came of each.
  Status plan(std::vector<Task> tasks) {
    auto begun = planner_.begin();
    if (!begun) return begun.error();
    Status planned = planner_.plan(std::move(tasks));
    planner_.end();
    return planned;
  }
  const PlanItem& item(const TaskKey& key) {
    EXPECT_TRUE(items_.contains(key)) << to_string(key);
    return items_[key];
  }

  std::vector<std::unique_ptr<Component>> components_ = two_components();
  fakes::InMemoryQueue queue_;
  fakes::FakeReader reader_;
  fakes::FakeGateway gateway_{[](const Call&) -> Result<Json> { return Json(99); }};
  std::map<TaskKey, PlanItem> items_;
  Planner planner_{{queue_, reader_, gateway_, components_},
                   Planner::Compare::kWithLinks,
                   [this](PlanItem item) {
                     const TaskKey key = item.key;
                     EXPECT_TRUE(items_.emplace(key, std::move(item)).second) << to_string(key);
                   }};
};

TEST_F(PlannerTest, TellsMoodleNothing) {
  const Task task = course(1, "Algebra");
  ASSERT_TRUE(plan({task}));
  EXPECT_EQ(item(task.key).action, Action::kCreate);
  EXPECT_EQ(gateway_.answered(), 0U);
  EXPECT_TRUE(queue_.all_links().empty());
  EXPECT_TRUE(queue_.rows().empty());
}

TEST_F(PlannerTest, SaysWhichFieldsWouldChangeFromWhatToWhat) {
  linked({"course", "main", {"node", 1}}, 7, "Algebra");
  const Task task = course(1, "Geometry");
  ASSERT_TRUE(plan({task}));
  EXPECT_EQ(item(task.key).action, Action::kUpdate);
  EXPECT_EQ(item(task.key).moodle_id, std::optional(MoodleId{7}));
  EXPECT_THAT(item(task.key).fields,
              testing::ElementsAre(PlannedField{"title", "Algebra", "Geometry"}));
}

TEST_F(PlannerTest, SaysWhatIsInOrder) {
  linked({"course", "main", {"node", 1}}, 7, "Algebra");
  const Task task = course(1, "Algebra");
  ASSERT_TRUE(plan({task}));
  EXPECT_EQ(item(task.key).action, Action::kNothing);
  EXPECT_FALSE(item(task.key).would_change());
}

TEST_F(PlannerTest, GoesOnWithAPlaceholderForAParentThatItWouldMake) {
  const Task child = course(1, "Algebra", 4);
  const Task parent = term(4, "Arts");
  ASSERT_TRUE(plan({child, parent}));
  EXPECT_EQ(item(child.key).action, Action::kCreate);
  const auto id = item(parent.key).moodle_id;
  ASSERT_TRUE(id.has_value());
  EXPECT_LT(id->value, 0);
  ASSERT_NE(planner_.owner_of(*id), nullptr);
  EXPECT_EQ(*planner_.owner_of(*id), parent.key);
}

TEST_F(PlannerTest, PlansForAParentThatIsNotQueued) {
  const Task parent = term(4, "Arts");
  const Task child = course(1, "Algebra", 4);
  ASSERT_TRUE(plan({child}));
  EXPECT_EQ(item(parent.key).action, Action::kCreate);
  EXPECT_EQ(item(child.key).action, Action::kCreate);
}

TEST_F(PlannerTest, ShowsAsWaitingWhoseParentIsParked) {
  const Task parent = term(4, "Arts");
  const Task child = course(1, "Algebra", 4);
  planner_.leave_out(parent.key);
  ASSERT_TRUE(plan({child}));
  EXPECT_EQ(item(child.key).action, Action::kWait);
  EXPECT_NE(item(child.key).message.find("taxonomy_term:4"), std::string::npos);
  EXPECT_EQ(items_.size(), 1U);
}

TEST_F(PlannerTest, DoesNotLookForEverForWhatWouldBeLeftOut) {
  const Task child = course(1, "Algebra", 4);
  const Task parent = term(4, "Arts");
  Entity out;
  out.ref = parent.key.entity;
  out.exists = true;
  out.moodle_id_text = "ignore";
  reader_.set(out);
  ASSERT_TRUE(plan({child, parent}));
  EXPECT_EQ(item(parent.key).action, Action::kSkip);
  EXPECT_EQ(item(child.key).action, Action::kWait);
  EXPECT_EQ(items_.size(), 2U);
}

TEST_F(PlannerTest, SaysWhatWouldBeTakenAway) {
  linked({"course", "main", {"node", 1}}, 7, "Algebra");
  const Task gone = task({"course", "main", {"node", 1}});
  ASSERT_TRUE(plan({gone}));
  EXPECT_EQ(item(gone.key).action, Action::kRemove);
  ASSERT_EQ(item(gone.key).calls.size(), 1U);
  EXPECT_EQ(item(gone.key).calls[0].removal, "delete");
  EXPECT_EQ(gateway_.answered(), 0U);
}

TEST_F(PlannerTest, SaysWhatMoodleNeverHad) {
  const Task gone = task({"course", "main", {"node", 1}});
  ASSERT_TRUE(plan({gone}));
  EXPECT_EQ(item(gone.key).action, Action::kForget);
}

TEST_F(PlannerTest, SaysWhatWouldBeParkedAndSkipped) {
  const Task unknown = task({"course", "renamed", {"node", 1}});
  const Task out = course(2, "Algebra");
  Entity entity;
  entity.ref = out.key.entity;
  entity.exists = true;
  entity.moodle_id_text = "ignore";
  reader_.set(entity);
  ASSERT_TRUE(plan({unknown, out}));
  EXPECT_EQ(item(unknown.key).action, Action::kPark);
  EXPECT_EQ(item(unknown.key).code, "unknown_source");
  EXPECT_EQ(item(out.key).action, Action::kSkip);
  EXPECT_EQ(item(out.key).code, "opted_out");
}

TEST_F(PlannerTest, PlansForAnEntityOnlyOnce) {
  const Task task = course(1, "Algebra");
  ASSERT_TRUE(planner_.begin());
  ASSERT_TRUE(planner_.plan({task}));
  ASSERT_TRUE(planner_.plan({task}));
  EXPECT_EQ(items_.size(), 1U);
}

TEST_F(PlannerTest, EndsWhenTheDatabaseIsAway) {
  reader_.fail_load({ErrorKind::kUnavailable, "database_unavailable", "no connection"});
  const Status planned = plan({course(1, "Algebra")});
  ASSERT_FALSE(planned);
  EXPECT_EQ(planned.error().kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(items_.empty());
}

TEST_F(PlannerTest, DoesNotBeginWithAMoodleThatIsAway) {
  gateway_.answer_preflight_with({Error{ErrorKind::kUnavailable, "down", "no connection"}});
  EXPECT_FALSE(planner_.begin());
}

}  // namespace
}  // namespace moodlesync::engine

#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "engine/intake.h"
#include "engine/plan.h"
#include "engine/planned_links.h"
#include "engine/scribe.h"
#include "moodlesync/drupal.h"
#include "moodlesync/gateway.h"

namespace moodlesync::engine {

/// Holds the conversations that a daemon would hold, and finds out what they would do: Moodle is
/// asked and not told (Scribe), the queue is read and not changed (PlannedLinks).
///
/// Who waits for something that the same plan would make goes on with a placeholder for its id; if
/// nothing is planned for the other entity, it is planned too, as the daemon would queue it.
///
/// Lifetime: borrows the ports. Threads: the event loop's only. Errors: those of the ports;
/// kUnavailable and kConfig of Moodle end the plan.
class Planner final : private IdHolders {
 public:
  struct Ports {
    Queue& queue;
    DrupalReader& reader;
    Gateway& gateway;
    std::span<const std::unique_ptr<Component>> components;
  };
  enum class Compare {
    kWithLinks,   ///< As the daemon would.
    kWithMoodle,  ///< Conversation::verify
  };
  Planner(Ports ports, Compare compare, PlanSink sink);
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;

  /// Asks Moodle who we are and whether reading works. Before anything else.
  [[nodiscard]] Result<MoodleSite> begin();
  /// Plans for these; an entity that was planned for before is left out.
  [[nodiscard]] Status plan(std::vector<Task> tasks);
  /// Plans nothing for it: its task is parked.
  void leave_out(const TaskKey& key) { seen_.insert(key); }
  /// Tells of those that still wait. After the last plan().
  void end();

  [[nodiscard]] const PlannedIds& ids() const { return ids_; }
  /// Whom a planned id would be given to, or nullptr.
  [[nodiscard]] const TaskKey* owner_of(MoodleId id) const;

 private:
  struct Member {
    Member(Prepared prepared, Scribe::Ports ports)
        : work(std::move(prepared)), scribe(ports, work.conversation.link) {}
    Prepared work;
    Scribe scribe;
    std::optional<Outcome> outcome = std::nullopt;
    std::optional<Co<Done>> script = std::nullopt;
  };
  using Members = std::list<Member>;

  [[nodiscard]] std::map<MoodleId, EntityRef> holders(std::string_view component) const override;
  [[nodiscard]] Status hold(std::vector<Task> tasks);
  Co<Done> accompany(Member& member);
  void pump();
  [[nodiscard]] Status harvest();
  [[nodiscard]] Status conclude(Member& member, const Outcome& outcome);
  void wait(PlanItem item, Task task, const Waiting& waiting);
  void wake(const TaskKey& key);

  Ports ports_;
  Compare compare_;
  PlanSink sink_;
  Directory directory_;
  PlannedLinks links_;
  Intake intake_;
  PlannedIds ids_;
  std::map<MoodleId, TaskKey> owners_;
  std::vector<std::coroutine_handle<>> ready_;
  Members members_;
  std::set<TaskKey> seen_;
  std::set<TaskKey> looked_again_;
  std::vector<Task> next_;  ///< To be planned in the next round.
  struct Waiter {
    Task task;
    PlanItem item;
  };
  /// Component and entity that are waited for → who waits.
  std::multimap<std::pair<std::string, EntityRef>, Waiter> waiters_;
};

}  // namespace moodlesync::engine

#pragma once

#include <list>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/brake.h"
#include "engine/journal.h"
#include "engine/settlement.h"
#include "moodlesync/clock.h"
#include "moodlesync/component.h"

namespace moodlesync::engine {

/// A task with everything that its conversation needs.
struct Prepared {
  Task task;
  Conversation conversation;
  const Component* component = nullptr;
  std::optional<EntityRef> id_holder = std::nullopt;  ///< See admit().
};

/// Who is being worked on and has a Moodle id already.
class IdHolders {
 public:
  virtual ~IdHolders() = default;
  /// Who has which Moodle id of `component`, as far as conversations that go on, or have ended and
  /// are not stored, have one.
  [[nodiscard]] virtual std::map<MoodleId, EntityRef> holders(std::string_view component) const = 0;
};

/// Adds the entity of a conversation about `component`, if it has an id there.
void note_holder(const Conversation& conversation, std::string_view component,
                 std::map<MoodleId, EntityRef>& holders);

/// The conversations that are going on.
///
/// Ownership: owns the coroutines; they point into it, so it never moves. Threads: the event loop's
/// only.
class Crew : public IdHolders {
 public:
  Crew(const Clock& clock, Brake& brake) : clock_(clock), brake_(brake) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Runs the conversation up to its first call, with the brake between it and Moodle. It may be
  /// over already when this returns.
  void start(Prepared prepared);

  /// Stores what conversations want remembered before they go on. Errors: as Journal::flush().
  [[nodiscard]] Status store_ahead(Queue& queue) { return journal_.flush(queue); }

  struct Finished {
    Conclusion conclusion;
    std::chrono::milliseconds took{0};
    bool made = false;  ///< Conversation::made
  };
  /// Those that have ended and were not taken yet, at most so many, in the order in which they
  /// ended. Requires: not called from inside a conversation.
  [[nodiscard]] std::vector<Finished> take_finished(std::size_t most);

  /// Whether take_finished() has something to give.
  [[nodiscard]] bool has_finished() const { return !finished_.empty(); }
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  /// The tasks that are being worked on, for the heartbeat.
  [[nodiscard]] std::vector<Task> tasks() const;
  [[nodiscard]] std::map<MoodleId, EntityRef> holders(std::string_view component) const override;
  /// Ends conversations whose tasks another instance has taken over, wherever they wait.
  void abandon(std::span<const TaskKey> lost);
  /// Ends all that are still going on, wherever they wait, and hands back their tasks.
  [[nodiscard]] std::vector<Task> cancel();

 private:
  struct Member {
    Member(Prepared prepared, Clock::TimePoint now, Brake& brake)
        : work(std::move(prepared)), since(now), door(brake, work.conversation.key) {}
    Prepared work;
    Clock::TimePoint since;
    Brake::Door door;
    std::optional<Outcome> outcome;
    std::optional<Co<Done>> script;
  };
  using Members = std::list<Member>;
  Co<Done> accompany(Members::iterator member);

  const Clock& clock_;
  Journal journal_;
  Brake& brake_;
  Members members_;
  std::vector<Members::iterator> finished_;
};

}  // namespace moodlesync::engine

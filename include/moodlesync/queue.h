#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "moodlesync/ids.h"
#include "moodlesync/link.h"
#include "moodlesync/result.h"

namespace moodlesync {

/// A task that is ours until its lease ends.
struct Task {
  TaskKey key;
  std::string bundle;  ///< Of the entity, as captured; a hint.
  std::int64_t generation =
      0;  ///< Grows with each change: settle notices one that came during the conversation.
  std::int64_t token = 0;  ///< Fencing token of this claim.
  int attempts = 0;        ///< Failed attempts before this one.
  bool in_doubt = false;   ///< The last attempt ended in doubt or its lease was lost.
  /// When claimed: since the first change that it stands for, by the database's clock.
  std::chrono::microseconds queued{0};
  /// When claimed: since it might have been: queued, its wait or pause between attempts over.
  std::chrono::microseconds overdue{0};
  std::optional<Link> link;  ///< Loaded with the claim.
};

struct ClaimRequest {
  int limit = 0;
  /// Only tasks of these are claimed, and of these only what nobody has paused (Pauses). Of those
  /// that are due at the same time the first one's come first: after an import that is nearly all.
  std::vector<std::string> components;
  std::chrono::seconds lease{60};
};

/// What is to become of a task; made by the engine's decide_settlement() and by nothing else.
struct Settlement {
  enum class State { kDone, kPending, kWaiting, kParked };

  TaskKey key;
  std::int64_t token = 0;
  std::int64_t generation = 0;

  State state = State::kDone;
  std::chrono::milliseconds delay{0};  ///< kPending, kWaiting: due this long after now.
  bool spend_attempt = false;
  bool in_doubt = false;
  std::string code;     ///< Why it is pending, waiting or parked: stable, e.g. Moodle's errorcode.
  std::string message;  ///< The same for people.

  /// kWaiting: made due when this task settles with a Moodle id; queued now if neither task nor
  /// link exists.
  std::optional<TaskKey> waits_on;
  std::string waits_on_bundle;

  std::optional<Link>
      link;  ///< Stored in the same transaction, whatever the state; empty: left as it is.
  bool remove_link = false;     ///< The entity is gone from both sides.
  bool owe_write_back = false;  ///< field_moodle_id does not hold link->moodle_id.
};

struct SettleReport {
  std::size_t settled = 0;
  std::size_t lost =
      0;  ///< The lease was gone: another instance owns the task; its row was left alone.
  std::size_t changed = 0;  ///< A newer change had come: pending again instead of done.
  std::size_t woken = 0;    ///< Waiting tasks made due.
  std::size_t noted = 0;    ///< Moodle ids that changed or went: drain, others may refer to them.
};

struct DrainReport {
  std::size_t taken = 0;  ///< Changes moved.
  bool config_changed =
      false;  ///< Drupal's fields, bundles or languages may have changed: prepare again.
};

struct SweepReport {
  std::size_t queued = 0;  ///< Entities that a lost change had missed.
  bool finished = false;   ///< The pass is over: the next call begins a new one.
};

struct QueueStats {
  struct Line {
    std::string component;
    std::string state;  ///< pending, running, waiting, parked
    std::string code;   ///< Reason code for waiting and parked, else empty.
    std::int64_t count = 0;
    std::chrono::seconds oldest{0};
    std::string last_error = {};  ///< The newest message among these tasks, for `status`.
  };
  std::vector<Line> tasks;
  /// Waiting tasks by what they wait for.
  struct Wait {
    std::string component;
    std::string for_component;  ///< Empty: no task of ours will give it.
    std::int64_t count = 0;
    EntityRef example;  ///< One of the entities that are waited for.
  };
  std::vector<Wait> waits = {};
  /// Links that say skipped, by why.
  struct Skip {
    std::string component;
    std::string reason;
    std::int64_t count = 0;
  };
  std::vector<Skip> skips = {};
  std::int64_t changes = 0;  ///< Not drained yet.
  std::int64_t links = 0;
  std::int64_t skipped = 0;           ///< Links that say skipped.
  std::int64_t owed_write_backs = 0;  ///< Ids that Drupal does not show yet.
  std::int64_t table_bytes = 0;       ///< Of the task table with its indexes.
  std::int64_t dead_tuples = 0;       ///< Of the task table; they wait for vacuum.
  /// Transactions since the oldest one whose view of the database keeps vacuum from dead rows.
  std::int64_t oldest_xmin_age = 0;
};

/// The task queue in Drupal's database, with the links. Every method is one short transaction.
///
/// Threads: confined to one. Errors: kUnavailable (connection lost or database away: reopened
/// by the next call), kTransient (deadlock, lock timeout: nothing was done), kInDoubt (connection
/// cut during COMMIT), kBug.
class Queue {
 public:
  virtual ~Queue() = default;

  /// Moves at most `limit` changes into tasks, one task per component, source and entity. A deleted
  /// entity, and one whose Moodle id changed, also makes tasks of the entities that refer to it.
  [[nodiscard]] virtual Result<DrainReport> drain(int limit) = 0;
  /// One slice of the pass over all sources that queues what no change told of: entities that are
  /// newer than their link, have none, or are gone while it stays. Looks at about `limit` entities
  /// per call and remembers where it stopped; never queues what is queued already.
  [[nodiscard]] virtual Result<SweepReport> sweep(int limit) = 0;
  /// Takes due tasks, oldest first, and those whose lease has run out (these come back in_doubt).
  [[nodiscard]] virtual Result<std::vector<Task>> claim(const ClaimRequest& request) = 0;
  /// Extends the leases of tasks that are still being worked on; returns those that are no longer
  /// ours.
  [[nodiscard]] virtual Result<std::vector<TaskKey>> renew(std::span<const Task> tasks,
                                                           std::chrono::seconds lease) = 0;
  /// Stores what came of a group, all or nothing. Rows whose token is not current are left alone
  /// and counted.
  [[nodiscard]] virtual Result<SettleReport> settle(std::span<const Settlement> settlements) = 0;
  /// Gives tasks back untouched, due at once, no attempt spent. `in_doubt` if Moodle may have been
  /// asked to write.
  [[nodiscard]] virtual Status release(std::span<const Task> tasks, bool in_doubt) = 0;
  /// Time until the next pending or waiting task is due, empty when there is none. Zero: something
  /// is due now.
  [[nodiscard]] virtual Result<std::optional<std::chrono::milliseconds>> next_due(
      std::span<const std::string> components) = 0;
  /// What links of entities in a component tell of their ids, whatever the source; entities without
  /// a link are left out.
  [[nodiscard]] virtual Result<std::vector<std::pair<EntityRef, LinkedId>>> linked_ids(
      std::string_view component, std::span<const EntityRef> refs) = 0;
  /// The entities that Moodle's ids of a component belong to, as far as links tell. Those that are
  /// skipped hold nothing.
  [[nodiscard]] virtual Result<std::vector<std::pair<MoodleId, EntityRef>>> holders(
      std::string_view component, std::span<const MoodleId> ids) = 0;
  /// Stores the links of tasks that are being worked on (Task::link, which must be set) and leaves
  /// the tasks as they are. Returns those that are no longer ours: of them nothing was stored.
  [[nodiscard]] virtual Result<std::vector<TaskKey>> store_ahead(std::span<const Task> tasks) = 0;
  [[nodiscard]] virtual Result<QueueStats> stats() = 0;
};

}  // namespace moodlesync

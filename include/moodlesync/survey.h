#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "moodlesync/ids.h"
#include "moodlesync/queue.h"
#include "moodlesync/result.h"

namespace moodlesync {

/// Which entities a command is about; what is empty leaves all in.
struct Selection {
  std::string component = {};
  std::optional<EntityRef> entity = std::nullopt;
};

/// How far a pass has come. The default is its beginning.
struct Bookmark {
  std::string leg = {};    ///< The part of the pass that is gone through, by name.
  std::int64_t after = 0;  ///< Goes on behind this id.
  bool finished = false;
  bool operator==(const Bookmark&) const = default;
};

/// A part of what there is to be looked at, as tasks that nobody has claimed.
struct SurveyPage {
  std::vector<Task> tasks;  ///< With their links. Task::token is 0.
  Bookmark next;
};

/// A task that is parked, as a plan shows it.
struct ParkedNote {
  TaskKey key;
  std::string code;
  std::string message;
};

/// What is owed just now: tasks, and changes that are not drained yet.
struct OwedPage {
  std::vector<Task> tasks;  ///< As in SurveyPage; those that are not parked.
  std::vector<ParkedNote> parked;
  Bookmark next;
};

/// A link of which is known what Moodle really holds.
struct Correction {
  TaskKey key;
  Link before;  ///< As it was read; if it has changed since, the correction comes too late.
  Link after;
};

struct ResyncWish {
  Selection selection;
  /// All values are sent, also those that the link says Moodle holds. What is remembered of sets
  /// (members, enrolments) stays, or nobody would know any more who is in them by our doing.
  bool resend = false;
};

struct ResyncProgress {
  Bookmark place;
  std::int64_t looked_at = 0;
  std::int64_t queued = 0;
  std::optional<std::chrono::seconds> resumed =
      std::nullopt;  ///< Begun by an earlier run, so long ago.
};

/// Goes over the entities of all sources by id, a slice per statement, and over the links whose
/// entity is gone.
///
/// The reading half changes nothing and takes no lock, so it may run beside any number of daemons.
///
/// Threads: the event loop's only. Errors: as Queue.
class Survey {
 public:
  virtual ~Survey() = default;
  /// How many entities and links a whole pass looks at.
  [[nodiscard]] virtual Result<std::int64_t> count(const Selection& selection) = 0;
  /// About `limit` entities behind `from`: what a resync would queue.
  [[nodiscard]] virtual Result<SurveyPage> entities(const Selection& selection,
                                                    const Bookmark& from, int limit) = 0;
  /// About `limit` of what is owed just now. A task that a change would un-park is not parked.
  [[nodiscard]] virtual Result<OwedPage> owed(const Selection& selection, const Bookmark& from,
                                              int limit) = 0;

  /// Where a run with the same wish stopped less than a day ago, else the beginning. `anew`:
  /// forgets that.
  [[nodiscard]] virtual Result<ResyncProgress> open(const ResyncWish& wish, bool anew) = 0;
  /// Queues about `limit` more entities as a change of each would, notes in the same transaction
  /// how far it came, and wakes the daemons.
  [[nodiscard]] virtual Result<ResyncProgress> queue(const ResyncWish& wish,
                                                     const ResyncProgress& progress, int limit) = 0;
  /// Stores what Moodle really holds and queues the entities. How many; those whose link has
  /// changed meanwhile are left alone.
  [[nodiscard]] virtual Result<std::size_t> correct(std::span<const Correction> corrections) = 0;
};

}  // namespace moodlesync

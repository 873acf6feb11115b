#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/ids.h"
#include "moodlesync/result.h"

namespace moodlesync {

/// The code of a call that the brake holds back, and of the task that is parked because of it.
inline constexpr std::string_view kBrakeCode = "brake";

/// One thing that a call would take away in Moodle: an account, an enrolment, a membership.
struct Removal {
  TaskKey task;
  std::string verb;  ///< Call::removal: "delete", "suspend", "unenrol", …
  /// Tells it from the other removals of its task; the same when it is asked for again. Holds no
  /// personal data.
  std::string identity;
};

/// What is known of one component at the moment when removals of it are weighed.
struct BrakeReading {
  std::int64_t wanted = 0;  ///< Asked for now, and new: neither let through before nor allowed.
  std::int64_t passed = 0;  ///< Let through within the window.
  std::int64_t linked = 0;  ///< Things of this component that Moodle holds by our doing.
  bool holding = false;     ///< Removals of this component are being held already.
  bool operator==(const BrakeReading&) const = default;
};

/// Whether what is wanted may pass. All of it or nothing: the first twenty of five hundred are as
/// wrong as the rest.
using BrakeRule = std::function<bool(std::string_view component, const BrakeReading& reading)>;

struct Weighing {
  struct Trip {
    std::string component;
    BrakeReading reading;
  };
  std::vector<bool> held;   ///< One for each removal, in order.
  std::vector<Trip> trips;  ///< Components of which nothing was held until now.
};

/// What the brake holds back of one component.
struct HeldRemovals {
  std::string component;
  std::map<std::string, std::int64_t> by_verb;
  std::int64_t removals = 0;
  std::int64_t entities = 0;
  std::chrono::seconds since{0};
  BrakeReading tripped;           ///< As it was when the brake came on.
  std::vector<TaskKey> examples;  ///< At most kMostExamples.
  static constexpr std::size_t kMostExamples = 10;
};

struct DroppedRemovals {
  std::size_t tasks = 0;
  /// Entities that are being looked at anew just now: what is held of them stays held.
  std::size_t left = 0;
};

/// The book of what is taken away in Moodle, in Drupal's database: several instances and a
/// restarted one count together.
///
/// A removal counts once within the window, however often it is tried. A component is *holding*
/// while a task exists of which something is held: it ends by allow() and drop(), or when the tasks
/// settle because their entities were put right.
///
/// Threads: the event loop's only. Errors: as for Queue; repeating a call that ended in doubt is
/// safe.
class RemovalLedger {
 public:
  virtual ~RemovalLedger() = default;
  /// Decides what may pass and notes it, in one transaction that keeps other instances out; the
  /// number of statements does not depend on the number of removals. `rule` is asked once for each
  /// component, or twice: counting what is linked is slow, so an older number (never older than ten
  /// minutes) will do as long as it says yes; while something is held it is not counted at all.
  [[nodiscard]] virtual Result<Weighing> weigh(std::span<const Removal> removals,
                                               std::chrono::seconds window,
                                               const BrakeRule& rule) = 0;
  /// What is held, by component.
  [[nodiscard]] virtual Result<std::vector<HeldRemovals>> held() = 0;
  /// Lets what is held of `component` (empty: of all) go, and nothing else, for as long as
  /// `validity`, or an hour from when it is asked for; wakes the daemon. Returns how many removals.
  [[nodiscard]] virtual Result<std::size_t> allow(std::string_view component,
                                                  std::chrono::seconds validity) = 0;
  /// Forgets the tasks of which something is held, with Parking::drop()'s consequences.
  [[nodiscard]] virtual Result<DroppedRemovals> drop(std::string_view component) = 0;
};

}  // namespace moodlesync

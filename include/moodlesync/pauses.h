#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "moodlesync/result.h"

namespace moodlesync {

/// What an operator has told all daemons to leave alone for now.
struct Pause {
  std::string component;  ///< Empty: everything.
  std::string reason;     ///< In the operator's words; may be empty.
  std::chrono::seconds since{0};
};

/// Pauses, kept in the database: they hold for every instance and every restart until they are
/// ended.
///
/// Nothing that is paused is claimed. What is being worked on already goes on to its end; changes
/// are still taken in, so the queue grows; ids that are owed to Drupal are still written.
///
/// Threads: the event loop's only. Errors: as for Queue.
class Pauses {
 public:
  virtual ~Pauses() = default;
  /// In the order of their components.
  [[nodiscard]] virtual Result<std::vector<Pause>> list() = 0;
  /// False: it was paused already, and only the reason is new.
  [[nodiscard]] virtual Result<bool> pause(std::string_view component, std::string_view reason) = 0;
  /// Ends the pause of `component`, or with an empty one every pause, and wakes the daemons. How
  /// many pauses ended.
  [[nodiscard]] virtual Result<std::size_t> resume(std::string_view component) = 0;
};

}  // namespace moodlesync

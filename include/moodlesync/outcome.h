#pragma once

#include <string>
#include <variant>

#include "moodlesync/ids.h"
#include "moodlesync/result.h"

namespace moodlesync {

/// Moodle agrees now; the link says what was sent.
struct Synced {};
/// Moodle agreed already: no call was made.
struct Unchanged {};
/// The entity is gone from Drupal and Moodle has been told what the configuration says; the link is
/// deleted.
struct Removed {};
/// Not to be synced, on purpose or for lack of a counterpart. `reason` is a stable code, `detail` a
/// sentence.
struct Skipped {
  std::string reason;
  std::string detail;
};
/// Cannot go on before another entity has its Moodle id. `component` is the one that will give it.
struct Waiting {
  std::string component;
  EntityRef entity;
  std::string bundle;
};

/// What came of a conversation. A component returns it and does nothing else about it: only settle
/// does.
using Outcome = std::variant<Synced, Unchanged, Removed, Skipped, Waiting, Error>;

/// "synced", "unchanged", … or the error kind: the label of metrics and log lines.
[[nodiscard]] std::string_view outcome_name(const Outcome& outcome);

}  // namespace moodlesync

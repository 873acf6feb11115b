#pragma once

#include <map>
#include <optional>
#include <string>

#include "moodlesync/ids.h"

namespace moodlesync {

/// What we last told Moodle about one entity: our own truth, in the table `moodle_sync.link`.
///
/// It answers "what changed" (send only that), "what must go" (a removed member) and "what was its
/// id" (a deleted entity). A conversation updates it as answers come in; settle stores it even when
/// the conversation failed later, so that nothing that Moodle did is forgotten.
struct Link {
  std::optional<MoodleId> moodle_id;

  /// Field → value exactly as sent. An absent key means "not known what Moodle holds".
  std::map<std::string, std::string, std::less<>> sent;

  std::string uuid;  ///< The entity's uuid when the link was made: a reused id is noticed.
  std::string bundle;
  std::string skipped;  ///< Reason code while the entity is skipped, e.g. `opted_out`; else empty.

  bool operator==(const Link&) const = default;
};

/// As much of an entity's link as concerns those that refer to it.
struct LinkedId {
  std::optional<MoodleId> moodle_id;
  std::string skipped;  ///< As in Link.

  bool operator==(const LinkedId&) const = default;
};

}  // namespace moodlesync

#pragma once

#include <string>
#include <vector>

#include "moodlesync/dossier.h"
#include "moodlesync/entity.h"

namespace moodlesync::app {

/// What is known of one entity as one component and source see it, and of what stands in its way.
struct Situation {
  TaskKey key;
  std::string moodle_id_field;               ///< Of the source; empty: it has none.
  const Entity* entity = nullptr;            ///< Null: Drupal was not read.
  const Dossier::OwedTask* task = nullptr;   ///< Null: nothing is owed.
  const Dossier::KnownLink* link = nullptr;  ///< Null: Moodle was never told.
  std::int64_t changes = 0;                  ///< Of the entity, not taken in yet.
  bool paused = false;
  bool guard_refuses = false;
  bool daemon_runs = true;
  bool moodle_away = false;
};

/// What will happen next, in sentences for an administrator, and what could be done about it.
[[nodiscard]] std::vector<std::string> prognosis(const Situation& situation);

}  // namespace moodlesync::app

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/command_start.h"
#include "app/page.h"
#include "moodlesync/component.h"
#include "moodlesync/dossier.h"

namespace moodlesync::app {

/// `moodle-syncd explain ENTITY`: all that is known about one entity: Drupal's values as the
/// components see them, what Moodle was last told and what it holds now, what is owed, what stands
/// in the way, and in words what will happen next. Changes nothing.
[[nodiscard]] ExitCode explain(const Invocation& invocation, const Rooms& rooms, Console console);

/// What one component's source makes of the entity.
struct ExplainedPart {
  TaskKey key;
  bool is_configured = true;  ///< Else only our tables know of it any more.
  std::optional<Entity> entity = std::nullopt;
  std::optional<Dossier::OwedTask> task = std::nullopt;
  std::optional<Dossier::KnownLink> link = std::nullopt;
  std::vector<Dossier::HeldBack> held = {};
  struct Seen {
    std::string what;
    std::vector<std::string> shows;
    Result<Json> answer = Json();
  };
  std::vector<Seen> moodle = {};
  std::vector<std::string> next = {};
};

struct Explanation {
  EntityRef entity;
  std::vector<ExplainedPart> parts;
  std::vector<TaskKey> waiting_for;  ///< Tasks that wait for this entity.
  std::string moodle_problem = {};   ///< Why Moodle was not asked.
  std::string hint = {};             ///< Where nothing is known: what to look at instead.
};

void print_explanation(const Explanation& explanation, std::ostream& out, ops::Look look);
[[nodiscard]] nlohmann::ordered_json explanation_json(const Explanation& explanation);

/// The objects in an answer of Moodle's, however it wraps them.
[[nodiscard]] std::vector<Json> objects_in(const Json& answer);

}  // namespace moodlesync::app

#pragma once

#include <optional>

#include "moodlesync/component.h"
#include "moodlesync/outcome.h"

namespace moodlesync::engine {

/// What is the same for every component and needs no call to Moodle: opted-out entities, ids typed
/// in by hand, entities that were replaced under the same id, deletions of what never reached
/// Moodle, ids that belong to another entity. Brings `conversation.link` up to date with the
/// entity's field_moodle_id. An outcome means that there is nothing left to converse about.
/// `holder`: the other entity whose Moodle id stands in this one's field.
[[nodiscard]] std::optional<Outcome> admit(Conversation& conversation,
                                           const std::optional<EntityRef>& holder = {});

/// Whether the entity's field must be written after a conversation that left `link` behind.
[[nodiscard]] bool owes_write_back(const Entity& entity, const Link& link,
                                   const SourceSpec& source);

}  // namespace moodlesync::engine

#include "engine/admission.h"

#include "moodlesync/skip_reasons.h"

namespace moodlesync::engine {

namespace {

std::optional<Outcome> admit_deleted(const Conversation& conversation) {
  if (conversation.link.skipped == kOptedOut) return Removed{};
  const bool told = conversation.link.moodle_id.has_value() || !conversation.link.sent.empty();
  if (!told && !conversation.in_doubt) return Removed{};
  return std::nullopt;
}

bool was_replaced(const Entity& entity, const Link& link) {
  return !link.uuid.empty() && !entity.uuid.empty() && link.uuid != entity.uuid;
}

/// Duplicating an entity in Drupal copies its field_moodle_id as well.
Error foreign_id(const Entity& entity, const EntityRef& holder) {
  return {ErrorKind::kRejected, "foreign_id",
          "the Moodle id " + entity.moodle_id_text + " in the field_moodle_id of " +
              to_string(entity.ref) + " belongs to " + to_string(holder) +
              ", of which this may be a copy; nothing was sent. Empty the field and it gets an id "
              "of its own; or, to hand the id over, write 'ignore' into that of " +
              to_string(holder) + " first"};
}

}  // namespace

std::optional<Outcome> admit(Conversation& conversation, const std::optional<EntityRef>& holder) {
  const Entity& entity = conversation.entity;
  Link& link = conversation.link;
  if (!entity.exists) return admit_deleted(conversation);
  const ParsedMoodleId field = parse_moodle_id(entity.moodle_id_text);
  if (field.kind == MoodleIdField::kOptedOut) {
    return Skipped{std::string(kOptedOut), "field_moodle_id says to leave it alone"};
  }
  if (!conversation.source->gives_moodle_id) {
    link.skipped.clear();
    link.uuid = entity.uuid;
    link.bundle = entity.bundle;
    return std::nullopt;
  }
  if (link.moodle_id && was_replaced(entity, link)) {
    return Error{ErrorKind::kRejected, "entity_replaced",
                 to_string(entity.ref) + " is not the entity that Moodle id " +
                     to_string(*link.moodle_id) +
                     " was given to (other uuid): it was deleted and made anew under the same id. "
                     "Write the right "
                     "Moodle id, or 'ignore', into its field_moodle_id"};
  }
  if (field.kind == MoodleIdField::kNumber && link.moodle_id != field.id) {
    if (holder) return foreign_id(entity, *holder);
    link.moodle_id = field.id;  // Typed in by hand: what Moodle holds there is unknown, so
                                // everything is sent once.
    link.sent.clear();
  }
  link.skipped.clear();
  link.uuid = entity.uuid;
  link.bundle = entity.bundle;
  return std::nullopt;
}

bool owes_write_back(const Entity& entity, const Link& link, const SourceSpec& source) {
  if (!source.gives_moodle_id || source.moodle_id_field.empty() || !entity.exists ||
      !link.moodle_id)
    return false;
  return parse_moodle_id(entity.moodle_id_text).kind == MoodleIdField::kEmpty;
}

}  // namespace moodlesync::engine

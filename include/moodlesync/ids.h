#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "moodlesync/result.h"

namespace moodlesync {

/// An id that Moodle gave. Never mixed up with a Drupal id: those live in EntityRef.
struct MoodleId {
  std::int64_t value = 0;
  auto operator<=>(const MoodleId&) const = default;
};

/// A Drupal entity by type and id, written "node:12".
struct EntityRef {
  std::string type;  ///< Drupal's entity type id: node, user, taxonomy_term, registration, profile.
  std::int64_t id = 0;
  auto operator<=>(const EntityRef&) const = default;
};

/// What one task is about: one component's view, through one source, of one entity.
struct TaskKey {
  std::string component;
  std::string source;
  EntityRef entity;
  auto operator<=>(const TaskKey&) const = default;
};

[[nodiscard]] std::string to_string(MoodleId id);
[[nodiscard]] std::string to_string(const EntityRef& ref);
/// "course/main node:12"
[[nodiscard]] std::string to_string(const TaskKey& key);

/// Reads "node:12". Errors: kRejected with code `bad_entity`.
[[nodiscard]] Result<EntityRef> parse_entity_ref(std::string_view text);

}  // namespace moodlesync

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "moodlesync/component.h"
#include "moodlesync/queue.h"

namespace moodlesync::contract {

/// One implementation of Queue, with the sources of two_sources().
class QueueRig {
 public:
  virtual ~QueueRig() = default;
  [[nodiscard]] virtual Queue& queue() = 0;
  /// A second instance on the same tasks.
  [[nodiscard]] virtual Queue& other_instance() = 0;
  /// What Drupal's save of this entity makes the triggers do.
  virtual void capture(const EntityRef& entity, const std::string& bundle) = 0;
};

/// Component "category" on taxonomy_term "sections", and component "course" on node "course".
[[nodiscard]] std::vector<SourceSpec> two_sources();

struct QueueRigKind {
  std::string name;
  std::function<std::unique_ptr<QueueRig>()> make;
};
[[nodiscard]] QueueRigKind in_memory_rig();
[[nodiscard]] QueueRigKind postgres_rig();

}  // namespace moodlesync::contract

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "moodlesync/brake.h"
#include "moodlesync/component.h"
#include "moodlesync/parking.h"
#include "moodlesync/pauses.h"
#include "moodlesync/queue.h"

namespace moodlesync::contract {

/// One implementation of Queue, Parking, RemovalLedger and Pauses, with the sources of
/// two_sources().
class QueueRig {
 public:
  virtual ~QueueRig() = default;
  [[nodiscard]] virtual Queue& queue() = 0;
  /// A second instance on the same tasks.
  [[nodiscard]] virtual Queue& other_instance() = 0;
  [[nodiscard]] virtual Parking& parking() = 0;
  [[nodiscard]] virtual RemovalLedger& removals() = 0;
  [[nodiscard]] virtual RemovalLedger& other_removals() = 0;
  [[nodiscard]] virtual Pauses& pauses() = 0;
  /// Lets time pass for what the ledger has noted.
  virtual void let_pass(std::chrono::seconds time) = 0;
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

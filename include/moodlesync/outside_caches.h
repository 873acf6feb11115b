#pragma once

#include <vector>

#include "moodlesync/ids.h"
#include "moodlesync/result.h"

namespace moodlesync {

/// Copies of entities that Drupal keeps where SQL does not reach: Redis, Memcache, APCu. Whoever
/// can drop them is told, once per group of written ids.
///
/// Nothing waits for it: a call runs beside the loop, one at a time, bounded in time. What could
/// not be told is told again by the write-back, which keeps it in the database until then.
///
/// Threads: the event loop's only.
class OutsideCaches {
 public:
  virtual ~OutsideCaches() = default;

  struct Told {
    std::vector<EntityRef> entities;
    Status outcome = ok();  ///< An error: nobody was told, or said that it did not work.
  };

  /// Takes the entities for the next call; those that wait already are not taken twice.
  virtual void tell(const std::vector<EntityRef>& entities) = 0;
  /// Moves the running call on and begins the next one. What has ended since the last time.
  [[nodiscard]] virtual std::vector<Told> tend() = 0;
  /// Readable when tend() has something to do; -1 when nothing runs.
  [[nodiscard]] virtual int fd() const = 0;
  /// Nothing runs and nothing waits.
  [[nodiscard]] virtual bool is_idle() const = 0;
};

}  // namespace moodlesync

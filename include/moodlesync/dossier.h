#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "moodlesync/ids.h"
#include "moodlesync/link.h"
#include "moodlesync/result.h"

namespace moodlesync {

/// All that the queue knows about one entity.
struct Dossier {
  struct OwedTask {
    TaskKey key;
    std::string state;    ///< pending, running, waiting, parked
    std::string code;     ///< Why it is as it is, from the last attempt.
    std::string message;  ///< The same for people.
    int attempts = 0;
    bool in_doubt = false;
    std::chrono::seconds due{0};     ///< From now; below zero: since when. Of a running one: its
                                     ///< lease's end.
    std::chrono::seconds queued{0};  ///< Since the first change that it stands for.
    std::string waits_component = {};
    std::optional<EntityRef> waits_on = std::nullopt;
    std::string instance = {};  ///< Who works on it.
  };
  struct KnownLink {
    TaskKey key;
    Link link;
    std::chrono::seconds updated{0};
    bool write_back_owed = false;
    bool dropped = false;  ///< Somebody dropped its task since.
  };
  struct HeldBack {
    TaskKey key;
    std::string verb;
    std::int64_t removals = 0;
  };
  std::vector<OwedTask> tasks;
  std::vector<KnownLink> links;
  std::vector<HeldBack> held;        ///< By the brake.
  std::int64_t changes = 0;          ///< Not taken in yet.
  std::vector<TaskKey> waiting_for;  ///< Tasks that wait for this entity; at most 20.
};

/// Opens what the queue knows about an entity; changes nothing.
///
/// Threads: the event loop's only. Errors: as for Queue.
class Dossiers {
 public:
  virtual ~Dossiers() = default;
  [[nodiscard]] virtual Result<Dossier> open(const EntityRef& entity) = 0;
};

}  // namespace moodlesync

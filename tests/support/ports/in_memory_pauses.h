#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "moodlesync/dossier.h"
#include "moodlesync/pauses.h"
#include "moodlesync/presence.h"
#include "support/ports/in_memory_queue.h"

namespace moodlesync::fakes {

/// Pauses of an InMemoryQueue.
class InMemoryPauses : public Pauses {
 public:
  explicit InMemoryPauses(InMemoryQueue& queue) : queue_(queue) {}

  Result<std::vector<Pause>> list() override {
    std::vector<Pause> list;
    for (const auto& [component, since] : queue_.paused()) {
      list.push_back({component, reasons_[component],
                      std::chrono::duration_cast<std::chrono::seconds>(queue_.now() - since)});
    }
    return list;
  }
  Result<bool> pause(std::string_view component, std::string_view reason) override {
    reasons_[std::string(component)] = reason;
    return queue_.paused().emplace(component, queue_.now()).second;
  }
  Result<std::size_t> resume(std::string_view component) override {
    const std::size_t before = queue_.paused().size();
    std::erase_if(queue_.paused(), [component](const auto& pause) {
      return component.empty() || pause.first == component;
    });
    return before - queue_.paused().size();
  }

 private:
  InMemoryQueue& queue_;
  std::map<std::string, std::string> reasons_;
};

/// What daemons told, last word last; `others` are there too.
class FakePresence : public PresenceBoard {
 public:
  std::vector<Presence> told;
  std::vector<Presence> others;
  std::vector<Error> errors;  ///< Each fails one call of tell.

  Status tell(const Presence& presence) override {
    if (!errors.empty()) {
      Error error = errors.front();
      errors.erase(errors.begin());
      return error;
    }
    told.push_back(presence);
    return ok();
  }
  Result<std::vector<Presence>> list() override { return others; }
};

/// A dossier that a test has written.
class FakeDossiers : public Dossiers {
 public:
  Dossier dossier;
  Result<Dossier> open(const EntityRef& /*entity*/) override { return dossier; }
};

}  // namespace moodlesync::fakes

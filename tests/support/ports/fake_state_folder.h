#pragma once

#include <optional>
#include <string>
#include <utility>

#include "engine/guard.h"

namespace moodlesync::fakes {

/// A state folder without a disk. `memory` is what stands in it, for a test to read and change.
class FakeStateFolder : public engine::StateFolder {
 public:
  Memory memory;
  std::optional<Error> advance_error;  ///< Every advance fails with it.
  int advances = 0;

  Result<Memory> read() const override { return memory; }
  Status advance(Site& site) override {
    if (advance_error) return *advance_error;
    const std::string next = "epoch-" + std::to_string(++advances);
    if (memory.id.empty()) memory.id = "folder-1";
    Status advanced = memory.epoch.empty() ? site.join(memory.id, next)
                                           : site.advance_epoch(memory.id, memory.epoch, next);
    if (advanced) memory.epoch = next;
    return advanced;
  }
};

}  // namespace moodlesync::fakes

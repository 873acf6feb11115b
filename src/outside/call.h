#pragma once

#include <optional>

#include "moodlesync/result.h"

namespace moodlesync::outside {

/// One call that runs by itself. Destroying it ends it.
class Call {
 public:
  virtual ~Call() = default;
  /// Readable when poll() has something to do; -1: only time will tell.
  [[nodiscard]] virtual int fd() const = 0;
  /// Moves the call on without waiting; its outcome when it has ended.
  [[nodiscard]] virtual std::optional<Status> poll() = 0;
};

}  // namespace moodlesync::outside

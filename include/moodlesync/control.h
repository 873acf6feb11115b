#pragma once

namespace moodlesync {

/// What a person or the service manager wants of the running loop.
enum class Command {
  kNone,
  kStop,    ///< SIGTERM, SIGINT: claim nothing more, finish what is in flight, go.
  kReload,  ///< SIGHUP with a configuration that was read and found good: as kStop, then start over
            ///< with it.
};

/// Where the loop hears of it; its descriptor is among those that wake the loop.
class Control {
 public:
  virtual ~Control() = default;
  [[nodiscard]] virtual int fd() const = 0;
  [[nodiscard]] virtual Command take() = 0;
};

}  // namespace moodlesync

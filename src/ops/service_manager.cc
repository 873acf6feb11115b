#include "ops/service_manager.h"

#include <systemd/sd-daemon.h>

#include <cstdint>
#include <cstdlib>

namespace moodlesync::ops {

Systemd::Systemd() : is_listening_(std::getenv("NOTIFY_SOCKET") != nullptr) {
  std::uint64_t interval_us = 0;
  if (sd_watchdog_enabled(0, &interval_us) <= 0) return;
  watchdog_ = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::microseconds(static_cast<std::int64_t>(interval_us)));
}

void Systemd::tell(const std::string& lines) { static_cast<void>(sd_notify(0, lines.c_str())); }

}  // namespace moodlesync::ops

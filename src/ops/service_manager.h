#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace moodlesync::ops {

/// Whoever started the daemon and wants to hear how it is.
///
/// Threads: as the implementation says. Errors: none; a manager that does not listen is no reason
/// to stop working.
class ServiceManager {
 public:
  virtual ~ServiceManager() = default;
  /// Whether it wants to hear anything; tell() is in vain otherwise.
  [[nodiscard]] virtual bool is_listening() const = 0;
  /// How long it may hear no "WATCHDOG=1" before it starts us anew; empty: it does not care.
  [[nodiscard]] virtual std::optional<std::chrono::milliseconds> watchdog() const = 0;
  /// Lines of NAME=value, as in sd_notify(3).
  virtual void tell(const std::string& lines) = 0;
};

/// systemd, by what it put into the environment: a unit with Type=notify, and WatchdogSec=.
///
/// Threads: any.
class Systemd : public ServiceManager {
 public:
  Systemd();
  [[nodiscard]] bool is_listening() const override { return is_listening_; }
  [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog() const override {
    return watchdog_;
  }
  void tell(const std::string& lines) override;

 private:
  bool is_listening_;
  std::optional<std::chrono::milliseconds> watchdog_;
};

}  // namespace moodlesync::ops

#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "moodlesync/clock.h"
#include "moodlesync/result.h"
#include "moodlesync/settings.h"

namespace spdlog {
class logger;
}

namespace moodlesync::engine {

/// The components that something is wrong with, while the others go on: those that hit a
/// configuration error rest for a while, those whose fields are gone from Drupal until the
/// configuration is read anew.
///
/// One log line for each that stops. Threads: the event loop's only.
class StoppedComponents {
 public:
  /// `names`: of all components; `rest`: how long one that hit a configuration error stays away.
  StoppedComponents(std::span<const std::string> names, const Clock& clock,
                    std::chrono::milliseconds rest, spdlog::logger& log)
      : names_(names), clock_(clock), rest_(rest), log_(log) {}

  /// What is wrong, by now, between the mapping and Drupal's fields; replaces what was before.
  void note_faults(std::span<const SettingsFault> faults);
  /// A conversation of `component` hit a configuration error.
  void note_error(const std::string& component, const Error& error);

  /// Those that may work, in the order of `names`; forgets the rests that are over.
  [[nodiscard]] std::vector<std::string> willing();
  /// Those that do not, and why.
  [[nodiscard]] std::map<std::string, std::string> reasons() const;

 private:
  struct Rest {
    Clock::TimePoint until{};
    std::string reason;
  };

  std::span<const std::string> names_;
  const Clock& clock_;
  std::chrono::milliseconds rest_;
  spdlog::logger& log_;
  std::map<std::string, Rest> resting_;        ///< Components that hit a configuration error.
  std::map<std::string, std::string> faulty_;  ///< Components whose fields are gone from Drupal.
};

}  // namespace moodlesync::engine

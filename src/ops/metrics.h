#pragma once

#include <memory>
#include <string>

#include "moodlesync/clock.h"
#include "moodlesync/observer.h"
#include "ops/queue_watch.h"
#include "ops/vital_signs.h"

namespace moodlesync::ops {

/// What Prometheus gets to see, in its text format. Names and labels: docs/operator.md. Labels are
/// names of our own (components, functions of Moodle, outcomes), never anything of a person.
///
/// Lifetime: lives as long as the process, so that counters only grow. Threads: text() from any;
/// the rest as Observer.
class Metrics : public Observer {
 public:
  /// `version`: for the label of moodle_syncd_build_info.
  explicit Metrics(const std::string& version);
  ~Metrics() override;
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void entered(Phase phase, const Error* hindrance) override;
  void turned(const Turn& turn) override;
  void ended(const Ending& ending) override;
  void called(const MoodleCall& call) override;

  /// `wall`: the time of day when `vitals` were taken, in seconds.
  [[nodiscard]] std::string text(const Vitals& vitals, const QueueReading& queue,
                                 double wall) const;

 private:
  class Families;
  std::unique_ptr<Families> families_;
  GatewayStats gateway_;  ///< As of the last turn; the event loop's.
};

}  // namespace moodlesync::ops

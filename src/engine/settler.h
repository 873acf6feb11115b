#pragma once

#include <functional>
#include <vector>

#include "engine/crew.h"
#include "engine/intake.h"
#include "engine/settlement.h"

namespace spdlog {
class logger;
}

namespace moodlesync::engine {

/// Stores what conversations concluded. Keeps what could not be stored and tries again: a database
/// that is away for a while costs nothing but time.
class Settler {
 public:
  Settler(const Directory& directory, Queue& queue, const EngineSettings& settings,
          const Clock& clock, spdlog::logger& log);

  /// Returns what becomes of the task, which is good until the next call. Completes `finished`.
  const Settlement& add(Crew::Finished& finished);

  struct Report {
    SettleReport settled;
    bool owes_write_back = false;
  };
  /// Errors: kUnavailable, kTransient, kInDoubt: all is kept for the next call (repeating is safe:
  /// a row that was stored has another token by then).
  [[nodiscard]] Result<Report> settle();

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  [[nodiscard]] std::int64_t retry_budget() { return budget_.left(); }
  /// Tasks whose outcome is not stored yet: their leases still need the heartbeat.
  [[nodiscard]] std::vector<Task> tasks() const;

 private:
  [[nodiscard]] Result<Report> settle_one_by_one();
  void log_outcome(const Crew::Finished& finished, const Settlement& settlement);

  const Directory& directory_;
  Queue& queue_;
  const EngineSettings& settings_;
  spdlog::logger& log_;
  Random random_{std::random_device{}()};
  RetryBudget budget_;
  std::vector<Settlement> waiting_;
};

}  // namespace moodlesync::engine

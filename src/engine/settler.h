#pragma once

#include <optional>
#include <vector>

#include "engine/clerk.h"
#include "engine/crew.h"
#include "engine/intake.h"
#include "engine/settlement.h"

namespace spdlog {
class logger;
}

namespace moodlesync::engine {

/// Has the clerk store what conversations concluded, group by group. Keeps what could not be stored
/// and tries again: a database that is away for a while costs nothing but time.
///
/// Lifetime: borrows all but the clerk's current group, which it owns; the destructor waits for
/// that one.
class Settler : public IdHolders {
 public:
  /// What it works with. The queue: for rows that the database refuses, one by one.
  struct Ports {
    Queue& queue;
    Clerk& clerk;
    const Clock& clock;
  };
  Settler(const Directory& directory, Ports ports, const EngineSettings& settings,
          spdlog::logger& log);
  ~Settler() override;
  Settler(const Settler&) = delete;
  Settler& operator=(const Settler&) = delete;

  /// Returns what becomes of the task, which is good until the next call. Completes `finished`.
  const Settlement& add(Crew::Finished& finished);

  struct Report {
    SettleReport settled;
    bool owes_write_back = false;
  };
  /// Gives all that waits to the clerk, unless the last group is still there.
  void begin();
  /// What came of the clerk's group, once; empty while it is not known. Errors: kUnavailable,
  /// kTransient, kInDoubt: all of it waits again (repeating is safe: a row that was stored has
  /// another token by then).
  [[nodiscard]] std::optional<Result<Report>> take();

  [[nodiscard]] bool empty() const { return size() == 0; }
  /// All that is not known to be stored.
  [[nodiscard]] std::size_t size() const { return waiting_.size() + group_.size(); }
  /// Without what is at the clerk's.
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::int64_t retry_budget() { return budget_.left(); }
  /// Tasks whose outcome waits to be stored: their leases still need the heartbeat. Not those at
  /// the clerk's: their rows may be locked.
  [[nodiscard]] std::vector<Task> tasks() const;
  [[nodiscard]] std::map<MoodleId, EntityRef> holders(std::string_view component) const override;

 private:
  [[nodiscard]] Result<Report> settle_one_by_one();
  void take_back();
  void log_outcome(const Crew::Finished& finished, const Settlement& settlement);

  const Directory& directory_;
  Queue& queue_;
  Clerk& clerk_;
  const EngineSettings& settings_;
  spdlog::logger& log_;
  Random random_{std::random_device{}()};
  RetryBudget budget_;
  std::vector<Settlement> waiting_;
  std::vector<Settlement> group_;  ///< At the clerk's.
};

/// All whose links are not known to be stored.
class Unstored final : public IdHolders {
 public:
  Unstored(const Crew& crew, const Settler& settler) : crew_(crew), settler_(settler) {}
  [[nodiscard]] std::map<MoodleId, EntityRef> holders(std::string_view component) const override;

 private:
  const Crew& crew_;
  const Settler& settler_;
};

}  // namespace moodlesync::engine

#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "moodlesync/component.h"
#include "moodlesync/queue.h"

namespace moodlesync::fakes {

/// The task queue without a database; its time stands still until `advance`. It knows of no
/// references, so a deletion concerns the entity alone.
class InMemoryQueue : public Queue {
 public:
  using Millis = std::chrono::milliseconds;

  explicit InMemoryQueue(std::vector<SourceSpec> sources = {}) : sources_(std::move(sources)) {}

  /// What a trigger would do.
  void capture(const EntityRef& entity, std::string bundle);
  /// Drupal's field configuration changed.
  void capture_config_change() { config_changed_ = true; }
  void advance(Millis by) { now_ += by; }
  [[nodiscard]] Millis now() const { return now_; }
  /// Pending, due now, as if it had never been tried; one that is being worked on comes back.
  void make_due(const TaskKey& key);
  void add_task(const TaskKey& key) { queue_task(key, {}); }
  void forget_task(const TaskKey& key) {
    rows_.erase(key);
    on_forget(key);
  }
  /// Components of which nothing is claimed, and since when; empty: all.
  [[nodiscard]] std::map<std::string, Millis, std::less<>>& paused() { return paused_; }
  /// Called by each drain.
  std::function<void()> on_drain = [] {};
  /// Called for each task that is forgotten.
  std::function<void(const TaskKey&)> on_forget = [](const TaskKey&) {};
  /// The next `times` calls of settle fail with this and do nothing.
  void fail_settle(const Error& error, int times = 1);

  /// From now on sweeps, or claims, fail with this and do nothing; empty: no longer.
  void refuse_sweeps(std::optional<Error> error) { sweep_error_ = std::move(error); }
  void refuse_claims(std::optional<Error> error) { claim_error_ = std::move(error); }
  /// Sweeps and claims that were refused.
  [[nodiscard]] int refused() const { return refused_; }

  struct Row {
    Task task;
    std::string state = "pending";
    Millis due{0};
    Millis first{0};  ///< Of the changes that it stands for.
    Millis lease_until{0};
    std::string code;
    std::string message;
    std::optional<TaskKey> waits_on;
  };
  [[nodiscard]] const std::map<TaskKey, Row>& rows() const { return rows_; }
  [[nodiscard]] const std::map<TaskKey, Link>& all_links() const { return links_; }
  void set_link(const TaskKey& key, Link link) { links_[key] = std::move(link); }
  [[nodiscard]] const std::vector<TaskKey>& owed() const { return owed_; }
  [[nodiscard]] int settle_calls() const { return settle_calls_; }

  Result<DrainReport> drain(int limit) override;
  Result<SweepReport> sweep(int limit) override;
  Result<std::vector<Task>> claim(const ClaimRequest& request) override;
  Result<std::vector<TaskKey>> renew(std::span<const Task> tasks,
                                     std::chrono::seconds lease) override;
  Result<SettleReport> settle(std::span<const Settlement> settlements) override;
  Status release(std::span<const Task> tasks, bool in_doubt) override;
  Result<std::optional<Millis>> next_due(std::span<const std::string> components) override;
  Result<std::vector<std::pair<EntityRef, LinkedId>>> linked_ids(
      std::string_view component, std::span<const EntityRef> refs) override;
  Result<std::vector<std::pair<MoodleId, EntityRef>>> holders(
      std::string_view component, std::span<const MoodleId> ids) override;
  Result<std::vector<TaskKey>> store_ahead(std::span<const Task> tasks) override;
  Result<QueueStats> stats() override;

 private:
  void queue_task(const TaskKey& key, const std::string& bundle);
  void settle_one(const Settlement& settlement, SettleReport& report);
  void store_link(const Settlement& settlement);
  void wait_on_target(Row& row, const Settlement& settlement);
  void wake_waiters(const TaskKey& target, SettleReport& report);

  std::vector<SourceSpec> sources_;
  std::deque<std::pair<EntityRef, std::string>> changes_;
  std::map<TaskKey, Row> rows_;
  std::map<TaskKey, Link> links_;
  std::vector<TaskKey> owed_;
  std::deque<Error> settle_errors_;
  std::optional<Error> sweep_error_;
  std::optional<Error> claim_error_;
  int refused_ = 0;
  Millis now_{0};
  bool config_changed_ = false;
  std::int64_t next_token_ = 1;
  int settle_calls_ = 0;
  std::map<std::string, Millis, std::less<>> paused_;
};

}  // namespace moodlesync::fakes

#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/routes.h"
#include "drupal/postgres/sweep.h"
#include "moodlesync/queue.h"

namespace moodlesync::postgres {

/// The queue on our tables `change`, `task` and `link`.
///
/// Several instances may work on one database: leases, fencing tokens and SKIP LOCKED keep them
/// apart. All times are the database's.
///
/// Lifetime: borrows the connection and the names. Errors: as Queue says; `not_installed` (kConfig)
/// when our tables are not there.
class TaskQueue : public Queue {
 public:
  TaskQueue(Connection& connection, const TableNames& names);

  /// Where changes go from now on; begins the sweep anew.
  void set_sources(std::vector<SourceSpec> sources);

  [[nodiscard]] Result<DrainReport> drain(int limit) override;
  [[nodiscard]] Result<SweepReport> sweep(int limit) override;
  [[nodiscard]] Result<std::vector<Task>> claim(const ClaimRequest& request) override;
  [[nodiscard]] Result<std::vector<TaskKey>> renew(std::span<const Task> tasks,
                                                   std::chrono::seconds lease) override;
  [[nodiscard]] Result<SettleReport> settle(std::span<const Settlement> settlements) override;
  [[nodiscard]] Status release(std::span<const Task> tasks, bool in_doubt) override;
  [[nodiscard]] Result<std::optional<std::chrono::milliseconds>> next_due(
      std::span<const std::string> components) override;
  [[nodiscard]] Result<std::vector<std::pair<EntityRef, Link>>> links(
      std::string_view component, std::span<const EntityRef> refs) override;
  [[nodiscard]] Result<QueueStats> stats() override;

  /// Unique to this start of the program; stands in the rows that it works on.
  [[nodiscard]] const std::string& instance() const { return instance_; }

 private:
  [[nodiscard]] Status load_links(Transaction& transaction, std::vector<Task>& tasks);
  [[nodiscard]] Error explain(Error error, std::string_view doing) const;

  Connection& connection_;
  const TableNames& names_;
  Routes routes_;
  Sweep sweep_;
  std::string instance_;
};

}  // namespace moodlesync::postgres

#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/routes.h"
#include "drupal/postgres/settle.h"
#include "drupal/postgres/site_schema.h"
#include "drupal/postgres/sweep.h"
#include "moodlesync/queue.h"

namespace moodlesync::postgres {

/// The queue on our tables `change`, `task` and `link`.
///
/// When the connection is cut before an answer has come, the next call finds out what was done
/// (claim, settle) or does it again where that is the same (drain, renew, release).
///
/// Several instances may work on one database: leases, fencing tokens and SKIP LOCKED keep them
/// apart. All times are the database's.
///
/// Lifetime: borrows the connection, the names and the schema. Errors: as Queue says;
/// `not_installed` (kConfig) when our tables are not there.
class TaskQueue : public Queue {
 public:
  /// `schema`: where references are looked up; while nothing is read into it, nobody hears that an
  /// entity is gone but the sources that it belongs to.
  TaskQueue(Connection& connection, const TableNames& names, const SiteSchema& schema);

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
  [[nodiscard]] Result<std::vector<std::pair<EntityRef, LinkedId>>> linked_ids(
      std::string_view component, std::span<const EntityRef> refs) override;
  [[nodiscard]] Result<std::vector<std::pair<MoodleId, EntityRef>>> holders(
      std::string_view component, std::span<const MoodleId> ids) override;
  [[nodiscard]] Result<std::vector<TaskKey>> store_ahead(std::span<const Task> tasks) override;
  [[nodiscard]] Result<QueueStats> stats() override;

  /// Unique to this start of the program; stands in the rows that it works on.
  [[nodiscard]] const std::string& instance() const { return instance_; }

 private:
  void plan_references();
  [[nodiscard]] Result<DrainReport> drain_with_referrers(int limit);
  /// `referrers`: legs that find whom a deletion concerns; `postponed`: what to do instead.
  [[nodiscard]] Result<DrainReport> drain(int limit, std::string_view referrers,
                                          std::string_view postponed);
  [[nodiscard]] Result<std::vector<Task>> claim_more(const ClaimRequest& request);
  void refresh_statistics();
  [[nodiscard]] Result<std::vector<Task>> find_out_claimed(std::chrono::seconds lease);
  [[nodiscard]] Status load_links(Transaction& transaction, std::vector<Task>& tasks);
  [[nodiscard]] Error explain(Error error, std::string_view doing) const;

  Connection& connection_;
  const TableNames& names_;
  const SiteSchema& schema_;
  std::vector<SourceSpec> sources_;
  Routes routes_;
  std::string referrers_;
  int planned_for_ = 0;     ///< The schema's revision that referrers_ fits.
  bool postpones_ = false;  ///< The look-ups failed: not again before the schema is read anew.
  Sweep sweep_;
  std::string instance_;
  /// The answer to a drain was lost: among the changes may have been one of the configuration.
  bool drain_is_in_doubt_ = false;
  /// Changes per drain that the server manages within its statement timeout.
  int drain_most_ = std::numeric_limits<int>::max();
  std::size_t moved_ = 0;  ///< Changes and tasks since the statistics were last looked at.
  std::vector<Task> maybe_claimed_;  ///< By a COMMIT that was never answered.
  std::optional<SettleDoubt> settle_doubt_;
};

}  // namespace moodlesync::postgres

#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/site_schema.h"
#include "drupal/postgres/write_back_group.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

struct WriteBackSettings {
  /// Locks are waited for no longer than this, and no longer than a fifth of PostgreSQL's
  /// deadlock_timeout (1 s by default), so that in a circle of waits it is us and never an editor's
  /// save that gives way.
  std::chrono::milliseconds lock_timeout{200};
  /// A request that read the entity before our commit may put its old copy into the cache after
  /// it; the cache row is deleted once more this long after the write.
  std::chrono::milliseconds second_look{5'000};
  /// Writes per entity and day that only repeat what somebody wiped.
  int max_reasserts = 3;
  /// Entities per transaction. Higher: fewer commits; lower: shorter locks.
  int group = 50;
  /// Somebody is told of every id that was written; see OutsideCaches.
  bool outside_caches = false;
};

/// Pays what `link` owes: Moodle's id into the entity's field, its current revision and the pending
/// ones, and out with Drupal's cached copies; all in one transaction, and some seconds later the
/// cached copy once more.
///
/// Never overwrites what somebody typed. A value that was wiped again by then is written again, a
/// few times a day, then reported. An entity whose base row an editor's transaction holds is put
/// off, longer each time.
///
/// Lifetime: connection, names and schema must outlive it. Threads and errors: see WriteBack.
class DrupalWriteBack : public WriteBack {
 public:
  DrupalWriteBack(Connection& connection, const TableNames& names, SiteSchema& schema,
                  WriteBackSettings settings = {})
      : connection_(connection), names_(names), schema_(schema), settings_(settings) {}

  /// Only links of these sources are paid; those that give no id owe nothing.
  void set_sources(std::span<const SourceSpec> sources);

  [[nodiscard]] Result<WriteBackReport> run(int limit) override;
  [[nodiscard]] Result<std::optional<std::chrono::milliseconds>> next_due() override;
  [[nodiscard]] Status told(std::span<const EntityRef> entities) override;

 private:
  using Keys = std::span<const LinkKey>;
  [[nodiscard]] Result<std::vector<LinkKey>> due(const std::string& until, int limit);
  [[nodiscard]] Status pay_all(Keys keys, WriteBackReport& report);
  [[nodiscard]] Status pay_each(Keys keys, WriteBackReport& report);
  [[nodiscard]] Status pay_group(Keys keys, WriteBackReport& report);
  [[nodiscard]] Status postpone(const LinkKey& key, const Error& error, WriteBackReport& report);
  [[nodiscard]] Status look_around();
  [[nodiscard]] const SourceSpec* source_of(const LinkKey& key) const;
  [[nodiscard]] const SchemaField* field_of(const LinkKey& key) const;

  Connection& connection_;
  const TableNames& names_;
  SiteSchema& schema_;
  WriteBackSettings settings_;
  std::vector<SourceSpec> sources_;
  // As found at the beginning of this run:
  CacheTables caches_;
  std::chrono::milliseconds lock_timeout_{0};
};

}  // namespace moodlesync::postgres

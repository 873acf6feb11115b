#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "moodlesync/brake.h"
#include "moodlesync/component.h"
#include "moodlesync/dossier.h"
#include "moodlesync/drupal_config.h"
#include "moodlesync/entity.h"
#include "moodlesync/parking.h"
#include "moodlesync/pauses.h"
#include "moodlesync/presence.h"
#include "moodlesync/queue.h"
#include "moodlesync/result.h"
#include "moodlesync/survey.h"

namespace moodlesync {

/// Reads entities as their editors see them.
///
/// Threads: the event loop's only. Errors: kUnavailable, kTransient as for Queue; kConfig when a
/// field is unknown.
class DrupalReader {
 public:
  virtual ~DrupalReader() = default;
  /// Compares the sources with the site's real entity types, bundles and fields; every mistake
  /// names the nearest real field. Must pass before load(). Re-reads Drupal's configuration.
  [[nodiscard]] virtual Result<std::vector<SettingsFault>> prepare(
      std::span<const SourceSpec> sources) = 0;
  /// The state of all `ids` of one source, in one REPEATABLE READ transaction, one SELECT per
  /// table. Entities that are gone or have left the bundle come back with exists = false.
  [[nodiscard]] virtual Result<std::vector<Entity>> load(const SourceSpec& source,
                                                         std::span<const EntityRef> ids) = 0;
};

struct WriteBackReport {
  std::size_t written = 0;
  std::size_t busy = 0;      ///< An editor's transaction held the entity: tried again later.
  std::size_t verified = 0;  ///< Second cache invalidation done.
  std::size_t gone = 0;      ///< The entity was deleted meanwhile.
  std::vector<std::string>
      capped;  ///< Entities whose id keeps being wiped: reported instead of fought.
  /// Written, or looked at again: copies of these that Drupal keeps outside the database are stale.
  std::vector<EntityRef> touched;
  /// The first link that waiting alone will not mend; it was put off and held up nothing else.
  std::optional<Error> stuck;
};

/// Writes Moodle's ids into field_moodle_id and invalidates Drupal's caches; what is owed stands in
/// `link`.
class WriteBack {
 public:
  virtual ~WriteBack() = default;
  /// Does what is due, at most `limit` entities. Gives way to editors: never waits long for a lock.
  [[nodiscard]] virtual Result<WriteBackReport> run(int limit) = 0;
  /// Time until something is due; empty: nothing is owed.
  [[nodiscard]] virtual Result<std::optional<std::chrono::milliseconds>> next_due() = 0;
  /// The copies of these entities outside the database are gone (OutsideCaches): what was owed on
  /// that account is paid.
  [[nodiscard]] virtual Status told(std::span<const EntityRef> entities) = 0;
};

/// Whether the capture hears of every change. Triggers vanish without a word when Drupal rebuilds a
/// table.
class CaptureWatch {
 public:
  virtual ~CaptureWatch() = default;
  struct Report {
    /// What is not heard of, a sentence each ("the trigger on node is missing").
    std::vector<std::string> gaps;
    /// A gap that an earlier look had found is closed: all entities that it concerned count as
    /// never looked at, so that the next sweep queues them.
    bool closed = false;
  };
  /// Errors: as Queue.
  [[nodiscard]] virtual Result<Report> look() = 0;
};

/// What identifies the site whose database we are connected to. Source: storage facts on
/// dump/restore and clones.
struct SiteIdentity {
  std::string site_url;           ///< As recorded at install (not stored anywhere by Drupal).
  std::string site_uuid;          ///< Drupal's system.site uuid.
  std::string system_identifier;  ///< PostgreSQL cluster; empty when the role may not read it.
  std::string database_name;
  std::string database_oid;
  std::string prefix;
  std::string schema;
  bool operator==(const SiteIdentity&) const = default;
};

/// The guard's port: what was recorded at install and what is there now.
///
/// The database knows every state folder (`state_dir`) that works with it: its id and a random
/// epoch that stands in the folder too and advances on both sides. Instances that share a folder
/// share its epoch; folders do not touch each other's.
class Site {
 public:
  virtual ~Site() = default;
  struct Record {
    SiteIdentity recorded;
    std::string epoch;         ///< Of the state folder that asks; empty: it is not known here.
    bool has_folders = false;  ///< Some state folder is known here.
    int schema_version = 0;
    std::string old_module_url;  ///< `drupalpath` of the old module's settings, or empty.
  };
  /// `folder`: the id of the state folder that asks; empty: it has none yet. Errors: kConfig with
  /// code `not_installed`.
  [[nodiscard]] virtual Result<Record> record(std::string_view folder) = 0;
  /// The identity of the database we talk to now; site_url is left empty.
  [[nodiscard]] virtual Result<SiteIdentity> observe() = 0;
  /// Records `identity` as ours and forgets all state folders.
  [[nodiscard]] virtual Status adopt(const SiteIdentity& identity) = 0;
  /// Makes a state folder known, or gives one that is known another epoch.
  [[nodiscard]] virtual Status join(std::string_view folder, std::string_view epoch) = 0;
  /// Errors: kConfig with code `epoch_differs` when the folder's epoch is not `from`.
  [[nodiscard]] virtual Status advance_epoch(std::string_view folder, std::string_view from,
                                             std::string_view to) = 0;
};

/// LISTEN on a connection of its own.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  /// Readable when something may have come; -1 while there is no connection.
  [[nodiscard]] virtual int fd() const = 0;
  /// True when a notification had come. Reconnects when the connection is gone (at most once a
  /// second); after a reconnect it answers true, since something may have been missed.
  [[nodiscard]] virtual bool consume() = 0;
  /// A sentence when notifications have been found not to arrive although the connection stands, so
  /// that changes are found by polling only; said once, and again after they had come in between.
  [[nodiscard]] virtual std::optional<std::string> take_trouble() { return std::nullopt; }
};

struct Finding {
  enum class Level { kOk, kWarning, kProblem };
  Level level = Level::kOk;
  std::string what;    ///< "trigger on node"
  std::string advice;  ///< What to do about it; empty when kOk.
};

/// Puts our schema and triggers into the database and takes them out again.
class Installer {
 public:
  virtual ~Installer() = default;
  /// Idempotent. Creates or upgrades the schema, the triggers that the sources need (and drops
  /// those they no longer need), records the site. Seeds `link` from field_moodle_id values that
  /// exist. Returns what was done, a line each.
  [[nodiscard]] virtual Result<std::vector<std::string>> install(
      std::span<const SourceSpec> sources, std::string_view site_url) = 0;
  /// Takes away everything of ours and nothing of Drupal's.
  [[nodiscard]] virtual Result<std::vector<std::string>> uninstall() = 0;
  /// Rights, schema version, triggers: what is there against what the sources need.
  [[nodiscard]] virtual Result<std::vector<Finding>> check(std::span<const SourceSpec> sources) = 0;
};

struct DrupalSettings {
  std::string connection;  ///< libpq connection string or URI, without the password where that
                           ///< comes from a file.
  std::string password;
  std::string schema = "public";
  std::string prefix;
  bool notify = true;  ///< Triggers send NOTIFY; false: poll only.
  /// Somebody is told of every entity whose Moodle id was written (OutsideCaches).
  bool outside_caches = false;
  std::chrono::milliseconds statement_timeout{30'000};
};

/// A Drupal site's database, opened. All ports share one connection, except the listener.
class DrupalDatabase {
 public:
  virtual ~DrupalDatabase() = default;
  /// The sources that changes are routed to; call before anything else and after a configuration
  /// change.
  virtual void set_sources(std::vector<SourceSpec> sources) = 0;
  /// What is done while the database is at a statement, instead of sleeping: up to that long, or
  /// until the descriptor is readable. Must not call this database.
  using Meanwhile = std::function<void(int, std::chrono::milliseconds)>;
  virtual void set_meanwhile(Meanwhile meanwhile) = 0;
  [[nodiscard]] virtual Queue& queue() = 0;
  [[nodiscard]] virtual Parking& parking() = 0;
  [[nodiscard]] virtual Survey& survey() = 0;
  [[nodiscard]] virtual RemovalLedger& removals() = 0;
  [[nodiscard]] virtual Pauses& pauses() = 0;
  [[nodiscard]] virtual PresenceBoard& presence() = 0;
  [[nodiscard]] virtual Dossiers& dossiers() = 0;
  [[nodiscard]] virtual DrupalReader& reader() = 0;
  [[nodiscard]] virtual WriteBack& write_back() = 0;
  [[nodiscard]] virtual CaptureWatch& capture() = 0;
  [[nodiscard]] virtual Site& site() = 0;
  [[nodiscard]] virtual DrupalConfig& config() = 0;
  [[nodiscard]] virtual ChangeListener& listener() = 0;
  [[nodiscard]] virtual Installer& installer() = 0;
};

/// A kind of database, one per folder in src/drupal/.
struct DrupalBackend {
  std::string_view scheme;  ///< "postgresql"
  Result<std::unique_ptr<DrupalDatabase>> (*open)(const DrupalSettings&);
};

}  // namespace moodlesync

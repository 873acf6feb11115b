#pragma once

#include <chrono>
#include <compare>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/entity_layout.h"
#include "drupal/postgres/site_schema.h"
#include "moodlesync/component.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// A row of `link`. Ordered by entity first: the order in which locks are taken.
struct LinkKey {
  std::string entity_type;
  std::int64_t entity_id = 0;
  std::string component;
  std::string source;
  auto operator<=>(const LinkKey&) const = default;
};

/// Which of Drupal's caches are in the database; they are made by Drupal when it first needs them,
/// and may live elsewhere (Redis).
struct CacheTables {
  bool entities = false;
  bool tags = false;
};

struct GroupSettings {
  std::chrono::milliseconds second_look{0};
  int max_reasserts = 0;
  /// How long a row of cache_entity is waited for, each.
  std::chrono::milliseconds cache_patience{0};
  /// Somebody is told of every entity whose copies are stale; owed until told() says so.
  bool outside_caches = false;
};

/// The write-back of some links of entities of one type and field, within a transaction that the
/// caller began and will commit.
///
/// Locks in Drupal's order: base rows, field rows, cache_entity, cachetags; each sorted by entity.
/// A base row that somebody holds is passed over, and a row of cache_entity is waited for so
/// briefly that no save that waits for us meanwhile reaches PostgreSQL's deadlock_timeout: a circle
/// is always broken by us and never at an editor's cost. Source: storage facts of Drupal 10.2,
/// measured on concurrent saves: without the base row's lock a value written during a running save
/// is lost with the next revision.
///
/// Errors: those of Transaction::query(); then the transaction is to be rolled back.
class WriteBackGroup {
 public:
  WriteBackGroup(Transaction& transaction, const TableNames& names, const EntityLayout& layout,
                 const SchemaField& field)
      : transaction_(transaction), names_(names), layout_(layout), field_(field) {}

  /// Pays what of `keys` is still owed and not held by another instance.
  [[nodiscard]] Status pay(std::span<const LinkKey> keys, const std::vector<std::string>& languages,
                           const CacheTables& caches, const GroupSettings& settings);
  /// Adds what was done; to be called after the commit.
  void count(WriteBackReport& report) const;

 private:
  /// A locked link and what is to become of it.
  struct Owed {
    enum class Fate { kBusy, kGone, kSettled, kWrite, kCapped };
    /// link.write_back as it was found.
    enum class Stage { kOwed = 1, kWritten = 2, kUntold = 3 };
    LinkKey key;
    std::string moodle_id;
    std::string uuid;
    Stage stage = Stage::kOwed;
    int reasserts = 0;  ///< Today's, this one included.
    Fate fate = Fate::kBusy;
    // Of the locked base row:
    bool locked = false;
    std::string bundle;
    std::string langcode;  ///< As the field's row has it or is to have it.
    std::int64_t revision = 0;
    std::string base_uuid;
    std::string value;  ///< What the field holds now.
  };

  [[nodiscard]] Status lock_links(std::span<const LinkKey> keys);
  [[nodiscard]] Status lock_entities();
  [[nodiscard]] Status read_values(const std::vector<std::string>& languages);
  [[nodiscard]] Status find_missing();
  void judge(const GroupSettings& settings);
  [[nodiscard]] Status write_current();
  [[nodiscard]] Status write_revisions();
  [[nodiscard]] Status forget_cached(const CacheTables& caches, const GroupSettings& settings);
  [[nodiscard]] Status bump_tags();
  [[nodiscard]] Status settle_links(const GroupSettings& settings);
  [[nodiscard]] static bool is_stale_in_caches(const Owed& owed);
  [[nodiscard]] Params write_params() const;
  [[nodiscard]] std::vector<std::int64_t> ids() const;
  [[nodiscard]] Status ask(const std::string& sql, const Params& params);

  Transaction& transaction_;
  const TableNames& names_;
  const EntityLayout& layout_;
  const SchemaField& field_;
  std::vector<Owed> owed_;
};

}  // namespace moodlesync::postgres

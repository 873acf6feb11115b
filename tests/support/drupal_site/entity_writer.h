#pragma once

#include <functional>
#include <span>

#include "support/drupal_site/site_context.h"

namespace moodlesync::testsupport {

/// How an entity is to be saved.
struct WriteMode {
  bool is_new = false;
  bool new_revision = false;
  bool draft = false;  ///< A pending revision: the current one stays as it is.
  std::function<void()> before_commit = {};
};

/// Writes entities in the statements and the order of Drupal 10.2's SqlContentEntityStorage: a
/// transaction with a savepoint around each statement, base row first, a new revision as NULL and
/// then set, field tables only where a value differs from `original`, then the cache row; cache
/// tags after the commit.
class EntityWriter {
 public:
  explicit EntityWriter(SiteContext& site) : site_(site) {}

  /// Fills in id, revision and uuid of a new one. `original`: what the request believes is stored.
  void save(SiteEntity& entity, const SiteEntity* original, const WriteMode& mode);
  void remove(const std::string& type, std::span<const SiteEntity> entities);
  void invalidate(const std::vector<std::string>& tags);

  /// Many new entities of one type in one transaction, with statements for hundreds of rows each:
  /// the same rows (and the same row triggers) as one save() each. Caches are left alone.
  void create_many(std::span<SiteEntity> entities);

 private:
  using Table = const TableSpec&;
  void insert_rows(const SiteEntity& entity, Table table, bool draft);
  void insert_base(SiteEntity& entity);
  void insert_revision(SiteEntity& entity, bool draft);
  void point_base_to(const SiteEntity& entity, const Cell& revision);
  void update_row(const SiteEntity& entity, Table table, const std::string& key,
                  std::int64_t value);
  void rewrite_data(const SiteEntity& entity);
  void write(SiteEntity& entity, const SiteEntity* original, const WriteMode& mode);
  void write_tables(SiteEntity& entity, const WriteMode& mode);
  void write_fields(const SiteEntity& entity, const SiteEntity* original, const WriteMode& mode);
  void insert_field(const SiteEntity& entity, const FieldStorage& field, const WriteMode& mode);
  void side_tables(const SiteEntity& entity, bool is_new);
  void delete_rows(const std::string& table, const std::string& column,
                   const std::vector<std::int64_t>& ids);
  void delete_tables(const std::string& type, std::span<const SiteEntity> entities);
  void remove_within(const std::string& type, std::span<const SiteEntity> entities,
                     std::vector<std::string>& tags);
  void release_children(const SiteEntity& parent, std::vector<std::string>& tags);
  void forget_cached(const SiteEntity& entity);

  SiteContext& site_;
};

/// The values of one row, in the order of the table's columns.
[[nodiscard]] Row row_for(const SiteEntity& entity, const TableSpec& table,
                          const std::string& langcode, bool draft);
/// The rows of a field in either of its tables, as `field_columns()` orders them.
[[nodiscard]] std::vector<std::string> field_columns(const FieldStorage& field);
[[nodiscard]] Rows field_rows(const SiteEntity& entity, const FieldStorage& field);

}  // namespace moodlesync::testsupport

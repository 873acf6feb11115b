#pragma once

#include <optional>

#include "support/drupal_site/site_context.h"

namespace moodlesync::testsupport {

/// Loads entities as a PHP request does: from the row in `cache_entity` while that is valid, else
/// from the tables, leaving a row behind. Source: ContentEntityStorageBase and
/// SqlContentEntityStorage::loadFromDedicatedTables() of Drupal 10.2.
class EntityLoader {
 public:
  explicit EntityLoader(SiteContext& site) : site_(site) {}

  [[nodiscard]] std::optional<SiteEntity> load(const EntityId& id);
  /// Past the cache.
  [[nodiscard]] std::optional<SiteEntity> load_from_tables(const EntityId& id);
  [[nodiscard]] std::optional<SiteEntity> load_revision(const EntityId& id, std::int64_t revision);
  [[nodiscard]] std::int64_t latest_revision(const EntityId& id);
  /// Writes the persistent cache's row, as loading does.
  void remember(const SiteEntity& entity);

 private:
  [[nodiscard]] std::optional<SiteEntity> cached(const EntityId& id);
  [[nodiscard]] std::string checksum(const std::string& type);
  void read_base(SiteEntity& entity, const TableSpec& table, const std::string& where);
  void read_fields(SiteEntity& entity, bool of_revision);

  SiteContext& site_;
};

}  // namespace moodlesync::testsupport

#pragma once

#include <map>
#include <string>
#include <vector>

#include "drupal/postgres/connection.h"
#include "drupal/postgres/read_plan.h"
#include "drupal/postgres/site_schema.h"
#include "moodlesync/drupal.h"

namespace moodlesync::postgres {

/// Reads entities from Drupal's tables, hundreds at once: one SELECT per table, whatever their
/// number, all in one snapshot.
///
/// What counts is the default-language row; of a field's rows those with the entity's own langcode
/// (any language of the site for types without one), never those marked deleted, in the order of
/// their deltas, cut at the field's cardinality.
///
/// Lifetime: connection, names and schema must outlive it. Threads and errors: see DrupalReader;
/// kBug with code `not_prepared` for a source that prepare() has not seen or has found faulty.
class EntityReader : public DrupalReader {
 public:
  EntityReader(Connection& connection, const TableNames& names, SiteSchema& schema)
      : connection_(connection), names_(names), schema_(schema) {}

  [[nodiscard]] Result<std::vector<SettingsFault>> prepare(
      std::span<const SourceSpec> sources) override;
  [[nodiscard]] Result<std::vector<Entity>> load(const SourceSpec& source,
                                                 std::span<const EntityRef> ids) override;

 private:
  [[nodiscard]] Status read(const SourceRead& plan, std::vector<Entity>& entities);

  Connection& connection_;
  const TableNames& names_;
  SiteSchema& schema_;
  std::map<std::string, SourceRead, std::less<>> plans_;  ///< By "component/source".
  std::map<std::string, TargetRead, std::less<>> targets_;
};

}  // namespace moodlesync::postgres

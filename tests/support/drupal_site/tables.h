#pragma once

#include "support/drupal_site/site_context.h"

namespace moodlesync::testsupport {

/// Creates Drupal's own tables as its installer leaves them on PostgreSQL: entity types, config,
/// key_value, caches, search, access. Sources: Drupal 10.2.5 core, the hook_schema()s and
/// schemaDefinition()s of the respective services.
void create_core_tables(SiteContext& site, bool cache_tables);

/// Creates the tables of a field that does not fit into its entity's own; names as in
/// DefaultTableMapping (48 characters, then a hash of `unique_id`).
void create_field_tables(SiteContext& site, FieldStorage& field, const std::string& unique_id);

}  // namespace moodlesync::testsupport

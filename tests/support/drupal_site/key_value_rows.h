#pragma once

#include "support/drupal_site/php_writer.h"
#include "support/drupal_site/site_context.h"

namespace moodlesync::testsupport {

void write_key_value(SiteContext& site, const std::string& collection, const std::string& name,
                     const Php& value);

/// `entity.definitions.installed`: the entity type as the PHP object that Drupal serializes there.
void write_entity_type(SiteContext& site, const EntityKind& kind);
/// `entity.storage_schema.sql`: the tables and columns of a field.
void write_field_schema(SiteContext& site, const FieldStorage& field);
/// `entity.definitions.bundle_field_map`: field → type and bundles.
void write_bundle_field_map(SiteContext& site, const std::string& entity_type);

}  // namespace moodlesync::testsupport

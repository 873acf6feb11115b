#pragma once

#include "support/drupal_site/php_writer.h"
#include "support/drupal_site/site_context.h"

namespace moodlesync::testsupport {

/// Stores a configuration object as Drupal's active storage does.
void write_config(SiteContext& site, const std::string& name, const Php& data);
void delete_config(SiteContext& site, const std::string& name);

// The configuration rows with the keys that Drupal 10.2 writes.
void write_site_config(SiteContext& site, const std::string& site_uuid,
                       const std::string& site_name);
void write_language(SiteContext& site, const std::string& langcode);
/// `bundle_type`: node_type, taxonomy_vocabulary, profile_type, registration_type.
void write_bundle(SiteContext& site, const std::string& bundle_type, const std::string& id);
void write_field_storage(SiteContext& site, const FieldStorage& field);
void write_field(SiteContext& site, const FieldStorage& field, const std::string& bundle);

[[nodiscard]] std::string new_uuid(SiteContext& site);

}  // namespace moodlesync::testsupport

#pragma once

#include <span>
#include <string>

#include "drupal/postgres/identifiers.h"
#include "drupal/postgres/site_schema.h"
#include "moodlesync/component.h"

namespace moodlesync::postgres {

/// Whom it concerns when an entity is deleted or its Moodle id changes: the entities that refer to
/// it. Drupal saves none of them then, so no change of their own tells of it.
///
/// Only references whose target's Moodle id a source asks for (FieldWish::counterpart_of). What is
/// looked up are rows by their target, which Drupal indexes.
///
/// Returns legs for the drain's UNION ALL, each led in by "UNION ALL": component, source,
/// entity_type, entity_id, bundle, seq, at of every entity that refers to an entity of the table
/// `taken`. References whose field the schema does not know are left out.
[[nodiscard]] std::string referrer_legs(std::span<const SourceSpec> sources,
                                        const SiteSchema& schema, const TableNames& names);

}  // namespace moodlesync::postgres

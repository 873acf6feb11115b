#include "drupal/postgres/legs.h"

#include "drupal/postgres/our_statements.h"

namespace moodlesync::postgres {

namespace {

/// $1 component, $2 source, $3 the source's entity type, $4 behind this id, $5 limit, $6 bundle, $7
/// up to this id.
constexpr std::string_view kEntities = R"sql(
  SELECT b.@id@ AS id, b.@id@::bigint AS entity_id, @bundle@ AS bundle,
         @chosen_entity@ AS chosen
  FROM @base@ b @fields@ @link@
  WHERE b.@id@ > $4::bigint AND b.@id@ <= $7::bigint AND @in_bundle@)sql";

/// Only where the owner has a link: without one the first leg has chosen it.
constexpr std::string_view kOwned = R"sql(
  SELECT b.@id@ AS id, b.@owner@::bigint AS entity_id, '' AS bundle,
         l.component IS NOT NULL AND @newer@ AS chosen
  FROM @base@ b @fields@ @link@
  WHERE b.@id@ > $4::bigint AND b.@id@ <= $7::bigint AND @in_bundle@ AND @owner_type@ = $3)sql";

constexpr std::string_view kLinks = R"sql(
  SELECT l.entity_id AS id, l.entity_id, l.bundle,
         b.@id@ IS NULL AND @chosen_link@ AS chosen
  FROM {moodle_sync.link} l LEFT JOIN LATERAL (
    SELECT b.@id@ FROM @base@ b WHERE b.@id@ = l.entity_id AND @in_bundle@ OFFSET 0) b ON true
  WHERE l.component = $1 AND l.source = $2 AND l.entity_type = $3 AND l.entity_id > $4::bigint
    AND l.entity_id <= $7::bigint)sql";

constexpr std::string_view kWithLink = R"sql(
  LEFT JOIN LATERAL (
    SELECT * FROM {moodle_sync.link}
    WHERE entity_type = $3 AND entity_id = @of@ AND component = $1 AND source = $2
    OFFSET 0) l ON true)sql";

std::string_view frame_of(Leg::Of of) {
  switch (of) {
    case Leg::Of::kEntities:
      return kEntities;
    case Leg::Of::kOwned:
      return kOwned;
    case Leg::Of::kLinks:
      break;
  }
  return kLinks;
}

}  // namespace

std::string Leg::name() const {
  std::string name = source->component + "/" + source->name;
  switch (of) {
    case Of::kEntities:
      return name + " entities";
    case Of::kOwned:
      return name + " " + std::string(layout->type) + " " + bundle;
    case Of::kLinks:
      break;
  }
  return name + " links";
}

std::vector<Leg> legs_of(std::span<const SourceSpec> sources, OwnedToo owned) {
  std::vector<Leg> legs;
  for (const SourceSpec& source : sources) {
    const EntityLayout* layout = find_layout(source.entity_type);
    if (layout == nullptr) continue;
    legs.push_back({Leg::Of::kEntities, &source, layout, source.bundle});
    for (const OwnedSpec& one : source.owned) {
      const EntityLayout* of_owned = find_layout(one.entity_type);
      const bool counts = owned == OwnedToo::kYes && of_owned != nullptr;
      if (!counts || of_owned->owner.empty()) continue;
      legs.push_back({Leg::Of::kOwned, &source, of_owned, one.bundle});
    }
    legs.push_back({Leg::Of::kLinks, &source, layout, source.bundle});
  }
  return legs;
}

Params page_params(const Leg& leg, const Slice& slice) {
  const SourceSpec& source = *leg.source;
  return {source.component, source.name, source.entity_type, slice.after,
          slice.limit,      leg.bundle,  slice.upto};
}

std::string with_link(std::string_view id) { return filled(std::string(kWithLink), "@of@", id); }

Result<bool> PageWriter::has_column(std::string_view table, std::string_view column) {
  auto rows = connection_.query(
      "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 "
      "AND NOT attisdropped",
      {names_.drupal(table), column});
  if (!rows) return std::move(rows).error();
  return !rows->empty();
}

Result<std::optional<std::string>> PageWriter::page(const Leg& leg, Chosen chosen) {
  const EntityLayout& layout = *leg.layout;
  auto exists = has_column(layout.base, layout.id);
  if (!exists) return std::move(exists).error();
  if (!*exists) return std::optional<std::string>{};
  // Contrib types have it only in some releases.
  auto dated = has_column(layout.fields(), layout.changed);
  if (!dated) return std::move(dated).error();

  const bool all = chosen == Chosen::kAll;
  const std::string id = quote_identifier(layout.id);
  const std::string alias = layout.is_translatable() ? "f." : "b.";
  const std::string newer = "to_timestamp(" + alias + quote_identifier(layout.changed) +
                            ") > greatest(l.updated_at - interval '1 minute', l.dropped_at)";
  // That column alone: nobody gave us all of users_field_data, the passwords are in it.
  const std::string fields = "LEFT JOIN LATERAL (SELECT " + quote_identifier(layout.changed) +
                             " FROM " + names_.drupal(layout.fields()) + " WHERE " + id + " = b." +
                             id + " AND default_langcode = 1 OFFSET 0) f ON true";
  const std::string bundle = layout.bundle.empty() ? "''" : "b." + quote_identifier(layout.bundle);
  std::string in_bundle = layout.bundle.empty() ? "$6 = $6" : "($6 = '' OR " + bundle + " = $6)";
  if (layout.type == "user") in_bundle += " AND b." + id + " <> 0";

  const std::string of = leg.of == Leg::Of::kOwned ? quote_identifier(layout.owner) : id;
  std::string page = filled(std::string(frame_of(leg.of)), "@link@", with_link("b." + of));
  page =
      filled(std::move(page), "@chosen_entity@", all ? "true" : "(l.component IS NULL OR @newer@)");
  page = filled(std::move(page), "@chosen_link@",
                all ? "true" : "(l.dropped_at IS NULL OR l.updated_at > l.dropped_at)");
  page = filled(std::move(page), "@newer@", *dated ? newer : "l.updated_at = '-infinity'");
  page = filled(std::move(page), "@fields@", *dated && layout.is_translatable() ? fields : "");
  page = filled(std::move(page), "@in_bundle@", in_bundle);
  page = filled(std::move(page), "@bundle@", bundle);
  page = filled(std::move(page), "@base@", names_.drupal(layout.base));
  page =
      filled(std::move(page), "@owner_type@",
             layout.owner_type_column.empty() ? quote_literal(layout.owner_type)
                                              : "b." + quote_identifier(layout.owner_type_column));
  page = filled(std::move(page), "@owner@", quote_identifier(layout.owner));
  page = filled(std::move(page), "@id@", id);
  return std::optional(names_.expand(page) + "\n  ORDER BY 1 LIMIT $5::int");
}

}  // namespace moodlesync::postgres

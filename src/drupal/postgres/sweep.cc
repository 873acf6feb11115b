#include "drupal/postgres/sweep.h"

#include <utility>

namespace moodlesync::postgres {

namespace {

/// $1 component, $2 source, $3 the source's entity type, $4 behind this id, $5 limit, $6 bundle.
/// @page@ selects id, entity_id (whose task it would be), bundle, and whether it is to be queued.
constexpr std::string_view kFrame = R"sql(
WITH page AS (
@page@
  ORDER BY 1 LIMIT $5::int
), queued AS (
  INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id, bundle)
  SELECT DISTINCT ON (entity_id) $1, $2, $3, entity_id, bundle FROM page
  WHERE missed ORDER BY entity_id
  ON CONFLICT DO NOTHING RETURNING 1
)
SELECT count(*), coalesce(max(id), 0), (SELECT count(*) FROM queued) FROM page)sql";

constexpr std::string_view kEntities = R"sql(
  SELECT b.@id@ AS id, b.@id@::bigint AS entity_id, @bundle@ AS bundle,
         l.component IS NULL OR @newer@ AS missed
  FROM @base@ b @fields@
  LEFT JOIN {moodle_sync.link} l ON l.entity_type = $3 AND l.entity_id = b.@id@
    AND l.component = $1 AND l.source = $2
  WHERE b.@id@ > $4::bigint AND @in_bundle@)sql";

/// Only where the owner has a link: without one the first leg has queued it.
constexpr std::string_view kOwned = R"sql(
  SELECT b.@id@ AS id, b.@owner@::bigint AS entity_id, '' AS bundle,
         l.component IS NOT NULL AND @newer@ AS missed
  FROM @base@ b @fields@
  LEFT JOIN {moodle_sync.link} l ON l.entity_type = $3 AND l.entity_id = b.@owner@
    AND l.component = $1 AND l.source = $2
  WHERE b.@id@ > $4::bigint AND @in_bundle@ AND @owner_type@ = $3)sql";

constexpr std::string_view kLinks = R"sql(
  SELECT l.entity_id AS id, l.entity_id, l.bundle,
         b.@id@ IS NULL AND (l.dropped_at IS NULL OR l.updated_at > l.dropped_at) AS missed
  FROM {moodle_sync.link} l LEFT JOIN @base@ b ON b.@id@ = l.entity_id AND @in_bundle@
  WHERE l.component = $1 AND l.source = $2 AND l.entity_type = $3 AND l.entity_id > $4::bigint)sql";

std::string fill(std::string text, std::string_view mark, const std::string& by) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size())) {
    text.replace(at, mark.size(), by);
  }
  return text;
}

}  // namespace

void Sweep::begin(std::vector<SourceSpec> sources) {
  sources_ = std::move(sources);
  plan();
}

void Sweep::plan() {
  legs_.clear();
  leg_ = 0;
  after_id_ = 0;
  for (const SourceSpec& source : sources_) {
    const EntityLayout* layout = find_layout(source.entity_type);
    if (layout == nullptr) continue;
    legs_.push_back({Leg::Of::kEntities, &source, layout, source.bundle});
    for (const OwnedSpec& owned : source.owned) {
      const EntityLayout* of_owned = find_layout(owned.entity_type);
      if (of_owned == nullptr || of_owned->owner.empty()) continue;
      legs_.push_back({Leg::Of::kOwned, &source, of_owned, owned.bundle});
    }
    legs_.push_back({Leg::Of::kLinks, &source, layout, source.bundle});
  }
}

Result<bool> Sweep::has_column(std::string_view table, std::string_view column) {
  auto rows = connection_.query(
      "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2 "
      "AND NOT attisdropped",
      {names_.drupal(table), column});
  if (!rows) return std::move(rows).error();
  return !rows->empty();
}

/// The slice's statement; nothing when Drupal has no such table (the module is not installed).
Result<std::optional<std::string>> Sweep::statement(const Leg& leg) {
  const EntityLayout& layout = *leg.layout;
  auto exists = has_column(layout.base, layout.id);
  if (!exists) return std::move(exists).error();
  if (!*exists) return std::optional<std::string>{};
  // Contrib types have it only in some releases.
  auto dated = has_column(layout.fields(), layout.changed);
  if (!dated) return std::move(dated).error();

  const std::string id = quote_identifier(layout.id);
  const std::string alias = layout.is_translatable() ? "f." : "b.";
  const std::string newer = "to_timestamp(" + alias + quote_identifier(layout.changed) +
                            ") > greatest(l.updated_at - interval '1 minute', l.dropped_at)";
  const std::string fields = "LEFT JOIN " + names_.drupal(layout.fields()) + " f ON f." + id +
                             " = b." + id + " AND f.default_langcode = 1";
  const std::string bundle = layout.bundle.empty() ? "''" : "b." + quote_identifier(layout.bundle);
  std::string in_bundle = layout.bundle.empty() ? "$6 = $6" : "($6 = '' OR " + bundle + " = $6)";
  if (layout.type == "user") in_bundle += " AND b." + id + " <> 0";

  std::string page(leg.of == Leg::Of::kEntities ? kEntities
                   : leg.of == Leg::Of::kOwned  ? kOwned
                                                : kLinks);
  page = fill(std::move(page), "@newer@", *dated ? newer : "l.updated_at = '-infinity'");
  page = fill(std::move(page), "@fields@", *dated && layout.is_translatable() ? fields : "");
  page = fill(std::move(page), "@in_bundle@", in_bundle);
  page = fill(std::move(page), "@bundle@", bundle);
  page = fill(std::move(page), "@base@", names_.drupal(layout.base));
  page = fill(std::move(page), "@owner_type@",
              layout.owner_type_column.empty() ? quote_literal(layout.owner_type)
                                               : "b." + quote_identifier(layout.owner_type_column));
  page = fill(std::move(page), "@owner@", quote_identifier(layout.owner));
  page = fill(std::move(page), "@id@", id);
  return std::optional(fill(names_.expand(kFrame), "@page@", names_.expand(page)));
}

Result<Sweep::Slice> Sweep::take(const Leg& leg, int limit) {
  auto sql = statement(leg);
  if (!sql) return std::move(sql).error();
  const auto& text = *sql;
  if (!text) return Slice{};
  auto rows = connection_.query(*text, {leg.source->component, leg.source->name,
                                        leg.source->entity_type, after_id_, limit, leg.bundle});
  if (!rows) return std::move(rows).error();
  const Row row = (*rows)[0];
  return Slice{static_cast<int>(row.integer(0)), row.integer(1),
               static_cast<std::size_t>(row.integer(2))};
}

Result<SweepReport> Sweep::step(int limit) {
  SweepReport report;
  while (limit > 0 && leg_ < legs_.size()) {
    auto slice = take(legs_[leg_], limit);
    if (!slice) return std::move(slice).error();
    report.queued += slice->queued;
    if (slice->looked_at < limit) {
      ++leg_;
      after_id_ = 0;
    } else {
      after_id_ = slice->last_id;
    }
    limit -= slice->looked_at;
  }
  report.finished = leg_ >= legs_.size();
  if (report.finished) plan();
  return report;
}

}  // namespace moodlesync::postgres

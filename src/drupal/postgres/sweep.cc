#include "drupal/postgres/sweep.h"

#include <utility>

namespace moodlesync::postgres {

namespace {

/// $1 to $7 as page_params() says.
constexpr std::string_view kBefore = "WITH page AS (";
constexpr std::string_view kAfter = R"sql(
), queued AS (
  INSERT INTO {moodle_sync.task} (component, source, entity_type, entity_id, bundle)
  SELECT DISTINCT ON (entity_id) $1, $2, $3, entity_id, bundle FROM page
  WHERE chosen ORDER BY entity_id
  ON CONFLICT DO NOTHING RETURNING 1
)
SELECT count(*), coalesce(max(id), 0), (SELECT count(*) FROM queued) FROM page)sql";

}  // namespace

void Sweep::begin(std::vector<SourceSpec> sources) {
  sources_ = std::move(sources);
  start_over();
}

void Sweep::start_over() {
  legs_ = legs_of(sources_, OwnedToo::kYes);
  leg_ = 0;
  after_id_ = 0;
}

Result<Sweep::Seen> Sweep::take(const Leg& leg, int limit) {
  auto page = PageWriter(connection_, names_).page(leg, PageWriter::Chosen::kMissed);
  if (!page) return std::move(page).error();
  const auto& statement = *page;
  if (!statement) return Seen{};
  auto rows = connection_.query(std::string(kBefore) + *statement + names_.expand(kAfter),
                                page_params(leg, {.after = after_id_, .limit = limit}));
  if (!rows) return std::move(rows).error();
  const Row row = (*rows)[0];
  return Seen{static_cast<int>(row.integer(0)), row.integer(1),
              static_cast<std::size_t>(row.integer(2))};
}

Result<SweepReport> Sweep::step(int limit) {
  SweepReport report;
  while (limit > 0 && leg_ < legs_.size()) {
    auto seen = take(legs_[leg_], limit);
    if (!seen) return std::move(seen).error();
    report.queued += seen->queued;
    if (seen->looked_at < limit) {
      ++leg_;
      after_id_ = 0;
    } else {
      after_id_ = seen->last_id;
    }
    limit -= seen->looked_at;
  }
  report.finished = leg_ >= legs_.size();
  if (report.finished) start_over();
  return report;
}

}  // namespace moodlesync::postgres

// Longer than most files: each statement stands here with the method that it is for.
#include "drupal/postgres/site_survey.h"

#include <algorithm>
#include <utility>

#include "drupal/postgres/link_row.h"
#include "drupal/postgres/our_statements.h"
#include "drupal/postgres/references.h"
#include "drupal/postgres/task_keys.h"

namespace moodlesync::postgres {

namespace {

/// Of each statement $1 to $7 are those of page_params(), and `page` is what it goes through.
constexpr std::string_view kWithPage = "WITH page AS (";

constexpr std::string_view kCount = ") SELECT count(*) FROM page";

constexpr std::string_view kTasks = R"sql(
)
SELECT $1, $2, $3, p.entity_id, p.id, p.bundle, p.chosen, coalesce(t.in_doubt, false),
       l.component IS NOT NULL, @columns@
FROM page p @link@
LEFT JOIN LATERAL (
  SELECT * FROM {moodle_sync.task}
  WHERE entity_type = $3 AND entity_id = p.entity_id AND component = $1 AND source = $2
  OFFSET 0) t ON true
ORDER BY p.id)sql";

/// $6 is not asked for, $8 to $12 routes. What a drain would make of the changes is read as the
/// drain does it, and left where it is.
constexpr std::string_view kOwed = R"sql(
WITH taken AS (SELECT * FROM {moodle_sync.change}
), route AS (SELECT * FROM @routes@
), wanted AS (
  @wanted@
  @referrers@
), owed AS (
  SELECT entity_id, bundle, state = 'parked' AS parked, false AS changed, code, message, in_doubt
  FROM {moodle_sync.task}
  WHERE component = $1 AND source = $2 AND entity_type = $3
    AND entity_id > $4::bigint AND entity_id <= $7::bigint
  UNION ALL
  SELECT entity_id, bundle, false, true, '', '', false FROM wanted
  WHERE component = $1 AND source = $2 AND entity_type = $3
    AND entity_id > $4::bigint AND entity_id <= $7::bigint
    AND (entity_type <> 'user' OR entity_id <> 0)
), page AS (
  SELECT entity_id, max(bundle) AS bundle, bool_or(parked) AND NOT bool_or(changed) AS parked,
         max(code) AS code, max(message) AS message, bool_or(in_doubt) AS in_doubt
  FROM owed GROUP BY 1 ORDER BY 1 LIMIT $5::int
)
SELECT $1, $2, $3, p.entity_id, p.entity_id, p.bundle, p.parked, p.in_doubt,
       l.component IS NOT NULL, @columns@, p.code, p.message
FROM page p @link@
WHERE $6::text IS NOT NULL
ORDER BY p.entity_id)sql";

/// $8 all values are to be sent. ORDER BY: tasks are always locked in key order.
constexpr std::string_view kQueue = R"sql(
), queued AS (
  INSERT INTO {moodle_sync.task} AS task
    (component, source, entity_type, entity_id, bundle, in_doubt)
  SELECT DISTINCT ON (entity_id) $1, $2, $3, entity_id, bundle, $8::bool FROM page
  WHERE chosen ORDER BY entity_id
  ON CONFLICT (entity_type, entity_id, component, source) DO UPDATE SET
    generation = task.generation + 1,
    in_doubt = task.in_doubt OR excluded.in_doubt,
    @again@
  RETURNING 1
)
SELECT count(*), coalesce(max(id), 0), (SELECT count(*) FROM queued) FROM page)sql";

constexpr std::string_view kOpen = R"sql(
SELECT leg, after_id, looked_at, queued,
       greatest(0, floor(extract(epoch FROM clock_timestamp() - begun_at)))::bigint
FROM {moodle_sync.resync} WHERE wish = $1 AND at > now() - interval '1 day')sql";

constexpr std::string_view kForget = "DELETE FROM {moodle_sync.resync} WHERE wish = $1";

constexpr std::string_view kNote = R"sql(
INSERT INTO {moodle_sync.resync} AS r (wish, leg, after_id, looked_at, queued)
VALUES ($1, $2, $3::bigint, $4::bigint, $5::bigint)
ON CONFLICT (wish) DO UPDATE SET leg = excluded.leg, after_id = excluded.after_id,
  looked_at = excluded.looked_at, queued = excluded.queued, at = now())sql";

/// $1 to $4 keys, $5 what the link said, $6 what Moodle holds.
constexpr std::string_view kCorrect = R"sql(
WITH known AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::jsonb[], $6::jsonb[])
    AS k(component, source, entity_type, entity_id, before, after)
), corrected AS (
  UPDATE {moodle_sync.link} AS l SET sent = k.after FROM known k
  WHERE l.component = k.component AND l.source = k.source AND l.entity_type = k.entity_type
    AND l.entity_id = k.entity_id AND l.sent = k.before
  RETURNING l.component, l.source, l.entity_type, l.entity_id, l.bundle
), queued AS (
  INSERT INTO {moodle_sync.task} AS task (component, source, entity_type, entity_id, bundle)
  SELECT * FROM corrected ORDER BY entity_id, entity_type, component, source
  ON CONFLICT (entity_type, entity_id, component, source) DO UPDATE SET
    generation = task.generation + 1,
    @again@
  RETURNING 1
)
SELECT count(*), pg_notify($7, '') FROM queued)sql";

std::string with_links(std::string_view sql) {
  return filled(filled(std::string(sql), "@link@", with_link("p.entity_id")), "@columns@",
                kLinkColumns);
}

/// Reads what both page statements begin with; the link's columns begin at 9.
Task read_task(const Row& row) {
  Task task;
  task.key = read_task_key(row, 0);
  task.bundle = row.text(5);
  task.in_doubt = row.flag(7);
  if (row.flag(8)) task.link = read_link(row, 9);
  return task;
}

/// The columns of a link end before this one.
constexpr int kBehindLink = 14;

Slice slice_of(const Selection& selection, const Bookmark& from, int limit) {
  Slice slice{.after = from.after, .limit = limit};
  if (selection.entity) {
    slice.after = selection.entity->id - 1;
    slice.upto = selection.entity->id;
  }
  return slice;
}

std::vector<Leg>::const_iterator leg_at(const std::vector<Leg>& legs, const Bookmark& from) {
  if (from.leg.empty()) return legs.begin();
  const auto found = std::ranges::find(legs, from.leg, &Leg::name);
  return found == legs.end() ? legs.begin() : found;
}

/// Where the pass goes on after a slice of `seen` rows up to the id `last`.
Bookmark behind(const std::vector<Leg>& legs, std::vector<Leg>::const_iterator leg, int seen,
                int limit, std::int64_t last) {
  if (seen >= limit && last < kNoEnd) return {leg->name(), last, false};
  const auto next = std::next(leg);
  if (next == legs.end()) return {leg->name(), last, true};
  return {next->name(), 0, false};
}

std::string text_of(const ResyncWish& wish) {
  std::string text = "component=" + wish.selection.component;
  if (wish.selection.entity) text += " entity=" + to_string(*wish.selection.entity);
  return text + (wish.resend ? " resend" : "");
}

}  // namespace

void SiteSurvey::set_sources(std::vector<SourceSpec> sources) {
  sources_ = std::move(sources);
  routes_ = Routes(sources_);
}

Error SiteSurvey::explain(Error error, std::string_view doing) const {
  return explain_ours(std::move(error), names_, doing);
}

std::vector<Leg> SiteSurvey::legs(const Selection& selection) const {
  std::vector<Leg> legs = legs_of(sources_, OwnedToo::kNo);
  std::erase_if(legs, [&](const Leg& leg) {
    const bool other_component =
        !selection.component.empty() && leg.source->component != selection.component;
    const bool other_type = selection.entity && leg.source->entity_type != selection.entity->type;
    return other_component || other_type;
  });
  return legs;
}

Result<std::int64_t> SiteSurvey::count(const Selection& selection) {
  PageWriter writer(connection_, names_);
  std::int64_t total = 0;
  for (const Leg& leg : legs(selection)) {
    auto page = writer.page(leg, PageWriter::Chosen::kAll);
    if (!page) return explain(std::move(page).error(), "counting entities");
    const auto& statement = *page;
    if (!statement) continue;
    Slice slice = slice_of(selection, {}, 0);
    slice.limit.reset();
    auto rows = connection_.query(std::string(kWithPage) + *statement + std::string(kCount),
                                  page_params(leg, slice));
    if (!rows) return explain(std::move(rows).error(), "counting entities");
    total += (*rows)[0].integer(0);
  }
  return total;
}

Result<SurveyPage> SiteSurvey::entities(const Selection& selection, const Bookmark& from,
                                        int limit) {
  const std::vector<Leg> all = legs(selection);
  SurveyPage result;
  result.next.finished = true;
  if (all.empty()) return result;
  const auto leg = leg_at(all, from);
  auto page = PageWriter(connection_, names_).page(*leg, PageWriter::Chosen::kAll);
  if (!page) return explain(std::move(page).error(), "reading entities");
  const auto& statement = *page;
  int seen = 0;
  std::int64_t last = 0;
  if (statement) {
    const std::string sql = std::string(kWithPage) + *statement + names_.expand(with_links(kTasks));
    auto rows = connection_.query(sql, page_params(*leg, slice_of(selection, from, limit)));
    if (!rows) return explain(std::move(rows).error(), "reading entities");
    seen = rows->size();
    for (int i = 0; i < seen; ++i) {
      const Row row = (*rows)[i];
      last = row.integer(4);
      if (row.flag(6)) result.tasks.push_back(read_task(row));
    }
  }
  result.next = behind(all, leg, selection.entity ? 0 : seen, limit, last);
  return result;
}

Result<Rows> SiteSurvey::owed_rows(const Leg& leg, const Slice& slice) {
  Params params = page_params(leg, slice);
  for (Param& route : routes_.params()) params.push_back(std::move(route));
  const auto statement = [&](std::string_view referrers) {
    std::string sql = filled(with_links(kOwed), "@wanted@", kWantedByChanges);
    return filled(filled(names_.expand(sql), "@routes@", Routes::table(8)), "@referrers@",
                  referrers);
  };
  return connection_.query(statement(referrer_legs(sources_, schema_, names_)), params);
}

Result<OwedPage> SiteSurvey::owed(const Selection& selection, const Bookmark& from, int limit) {
  std::vector<Leg> all = legs(selection);
  std::erase_if(all, [](const Leg& leg) { return leg.of != Leg::Of::kEntities; });
  OwedPage result;
  result.next.finished = true;
  if (all.empty()) return result;
  const auto leg = leg_at(all, from);
  auto rows = owed_rows(*leg, slice_of(selection, from, limit));
  if (!rows) return explain(std::move(rows).error(), "reading what is owed");
  std::int64_t last = 0;
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    last = row.integer(4);
    if (row.flag(6)) {
      result.parked.push_back({read_task_key(row, 0), std::string(row.text(kBehindLink)),
                               std::string(row.text(kBehindLink + 1))});
    } else {
      result.tasks.push_back(read_task(row));
    }
  }
  result.next = behind(all, leg, selection.entity ? 0 : rows->size(), limit, last);
  return result;
}

Result<ResyncProgress> SiteSurvey::open(const ResyncWish& wish, bool anew) {
  if (anew) {
    auto forgotten = connection_.execute(names_.expand(kForget), {text_of(wish)});
    if (!forgotten) return explain(std::move(forgotten).error(), "beginning anew");
    return ResyncProgress{};
  }
  auto rows = connection_.query(names_.expand(kOpen), {text_of(wish)});
  if (!rows) return explain(std::move(rows).error(), "looking where a resync stopped");
  ResyncProgress progress;
  if (rows->empty()) return progress;
  const Row row = (*rows)[0];
  progress.place = {std::string(row.text(0)), row.integer(1), false};
  const std::vector<Leg> all = legs(wish.selection);
  if (std::ranges::find(all, progress.place.leg, &Leg::name) == all.end()) {
    return ResyncProgress{};  // The configuration is another one now.
  }
  progress.looked_at = row.integer(2);
  progress.queued = row.integer(3);
  progress.resumed = std::chrono::seconds(row.integer(4));
  return progress;
}

Status SiteSurvey::note(Transaction& transaction, const ResyncWish& wish,
                        const ResyncProgress& progress) {
  const Bookmark& place = progress.place;
  auto noted = place.finished
                   ? transaction.query(names_.expand(kForget), {text_of(wish)})
                   : transaction.query(names_.expand(kNote), {text_of(wish), place.leg, place.after,
                                                              progress.looked_at, progress.queued});
  if (!noted) return std::move(noted).error();
  auto woken = transaction.query("SELECT pg_notify($1, '')", {names_.our_schema()});
  if (!woken) return std::move(woken).error();
  return transaction.commit();
}

Result<ResyncProgress> SiteSurvey::queue(const ResyncWish& wish, const ResyncProgress& progress,
                                         int limit) {
  const std::vector<Leg> all = legs(wish.selection);
  ResyncProgress next = progress;
  next.place.finished = true;
  if (all.empty()) return next;
  const auto leg = leg_at(all, progress.place);
  auto page = PageWriter(connection_, names_).page(*leg, PageWriter::Chosen::kAll);
  if (!page) return explain(std::move(page).error(), "queueing entities");
  auto transaction = Transaction::begin(connection_);
  if (!transaction) return explain(std::move(transaction).error(), "queueing entities");
  const auto& statement = *page;
  int seen = 0;
  std::int64_t last = 0;
  if (statement) {
    Params params = page_params(*leg, slice_of(wish.selection, progress.place, limit));
    params.emplace_back(wish.resend);
    auto rows =
        transaction->query(std::string(kWithPage) + *statement +
                               names_.expand(filled(std::string(kQueue), "@again@", kDueAgain)),
                           params);
    if (!rows) return explain(std::move(rows).error(), "queueing entities");
    const Row row = (*rows)[0];
    seen = static_cast<int>(row.integer(0));
    last = row.integer(1);
    next.queued += row.integer(2);
  }
  next.looked_at += seen;
  next.place = behind(all, leg, wish.selection.entity ? 0 : seen, limit, last);
  if (Status noted = note(*transaction, wish, next); !noted) {
    return explain(std::move(noted).error(), "queueing entities");
  }
  return next;
}

Result<std::size_t> SiteSurvey::correct(std::span<const Correction> corrections) {
  std::vector<std::string> components;
  std::vector<std::string> sources;
  std::vector<std::string> types;
  std::vector<std::int64_t> ids;
  std::vector<std::string> before;
  std::vector<std::string> after;
  for (const Correction& one : corrections) {
    components.push_back(one.key.component);
    sources.push_back(one.key.source);
    types.push_back(one.key.entity.type);
    ids.push_back(one.key.entity.id);
    before.push_back(to_parameter(sent_to_json(one.before.sent)));
    after.push_back(to_parameter(sent_to_json(one.after.sent)));
  }
  auto rows =
      connection_.execute(names_.expand(filled(std::string(kCorrect), "@again@", kDueAgain)),
                          {components, sources, types, ids, before, after, names_.our_schema()});
  if (!rows) return explain(std::move(rows).error(), "queueing what differs");
  return static_cast<std::size_t>((*rows)[0].integer(0));
}

}  // namespace moodlesync::postgres

#include "drupal/postgres/pause_book.h"

#include "drupal/postgres/link_row.h"

namespace moodlesync::postgres {

namespace {

constexpr std::string_view kList = R"sql(
SELECT component, reason, greatest(0, floor(extract(epoch FROM clock_timestamp() - since)))::bigint
FROM {moodle_sync.pause} ORDER BY component)sql";

/// xmax tells an insert from an update.
constexpr std::string_view kPause = R"sql(
INSERT INTO {moodle_sync.pause} AS p (component, reason) VALUES ($1, $2)
ON CONFLICT (component) DO UPDATE SET reason = excluded.reason RETURNING p.xmax = 0)sql";

/// $2 the channel that the daemons listen on.
constexpr std::string_view kResume = R"sql(
WITH ended AS (
  DELETE FROM {moodle_sync.pause} WHERE $1 = '' OR component = $1 RETURNING 1
)
SELECT count(*), pg_notify($2, '') FROM ended)sql";

}  // namespace

Result<std::vector<Pause>> PauseBook::list() {
  auto rows = connection_.query(names_.expand(kList));
  if (!rows) return std::move(rows).error().in("reading what is paused");
  std::vector<Pause> list;
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    list.push_back(
        {std::string(row.text(0)), std::string(row.text(1)), std::chrono::seconds(row.integer(2))});
  }
  return list;
}

Result<bool> PauseBook::pause(std::string_view component, std::string_view reason) {
  auto rows = connection_.query(names_.expand(kPause), {component, storable(reason)});
  if (!rows) return std::move(rows).error().in("pausing");
  return (*rows)[0].flag(0);
}

Result<std::size_t> PauseBook::resume(std::string_view component) {
  auto rows = connection_.execute(names_.expand(kResume), {component, names_.our_schema()});
  if (!rows) return std::move(rows).error().in("resuming");
  return static_cast<std::size_t>((*rows)[0].integer(0));
}

}  // namespace moodlesync::postgres

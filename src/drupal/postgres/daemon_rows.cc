#include "drupal/postgres/daemon_rows.h"

#include <unistd.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "drupal/postgres/link_row.h"

namespace moodlesync::postgres {

namespace {

using std::chrono::seconds;

/// $1 instance, $2 pid, $3 version, $4 ended, $5 last success (an age, or NULL), $6 ready, $7 since
/// (an age), $8 code, $9 reason, $10 in flight, $11 settled, $12 failed, $13 requests, $14 stopped.
constexpr std::string_view kTell = R"sql(
INSERT INTO {moodle_sync.daemon} AS d
  (instance, pid, version, ended, last_success_at, moodle_ready, moodle_since, moodle_code,
   moodle_reason, in_flight, settled, failed, requests, stopped)
VALUES ($1, $2::bigint, $3, $4::bool, now() - $5::bigint * interval '1 second', $6::bool,
        now() - $7::bigint * interval '1 second', $8, $9, $10::bigint, $11::bigint, $12::bigint,
        $13::bigint, $14::jsonb)
ON CONFLICT (instance) DO UPDATE SET seen_at = now(), ended = excluded.ended,
  last_success_at = coalesce(excluded.last_success_at, d.last_success_at),
  moodle_ready = excluded.moodle_ready, moodle_since = excluded.moodle_since,
  moodle_code = excluded.moodle_code, moodle_reason = excluded.moodle_reason,
  in_flight = excluded.in_flight, settled = excluded.settled, failed = excluded.failed,
  requests = excluded.requests, stopped = excluded.stopped)sql";

constexpr std::string_view kClear = R"sql(
DELETE FROM {moodle_sync.daemon} WHERE seen_at < now() - interval '1 day')sql";

constexpr std::string_view kList = R"sql(
WITH word AS (
  SELECT d.*, row_number() OVER (ORDER BY seen_at DESC) AS nr FROM {moodle_sync.daemon} d
)
SELECT split_part(instance, ':', 1), pid, version,
       floor(extract(epoch FROM clock_timestamp() - started_at))::bigint,
       floor(extract(epoch FROM clock_timestamp() - seen_at))::bigint, ended,
       floor(extract(epoch FROM clock_timestamp() - last_success_at))::bigint, moodle_ready,
       floor(extract(epoch FROM clock_timestamp() - moodle_since))::bigint, moodle_code,
       moodle_reason, in_flight, settled, failed, requests, stopped::text
FROM word WHERE nr = 1 OR seen_at > now() - interval '1 day' ORDER BY nr)sql";

std::string stopped_text(const std::vector<Presence::Stopped>& stopped) {
  nlohmann::json list = nlohmann::json::array();
  for (const Presence::Stopped& one : stopped) {
    list.push_back({{"component", storable(one.component)}, {"reason", storable(one.reason)}});
  }
  return to_parameter(list);
}

std::vector<Presence::Stopped> read_stopped(std::string_view text) {
  std::vector<Presence::Stopped> stopped;
  const auto list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) return stopped;
  for (const auto& one : list) {
    if (one.is_object())
      stopped.push_back(
          {one.value("component", std::string()), one.value("reason", std::string())});
  }
  return stopped;
}

/// Two clocks are never quite equal.
seconds age(const Row& row, int column) {
  return seconds(std::max<std::int64_t>(0, row.integer(column)));
}

Presence read_presence(const Row& row) {
  Presence presence;
  presence.host = row.text(0);
  presence.pid = row.integer(1);
  presence.version = row.text(2);
  presence.started = age(row, 3);
  presence.seen = age(row, 4);
  presence.ended = row.flag(5);
  if (!row.is_null(6)) presence.last_success = age(row, 6);
  presence.moodle_ready = row.flag(7);
  presence.moodle_since = age(row, 8);
  presence.moodle_code = row.text(9);
  presence.moodle_reason = row.text(10);
  presence.in_flight = row.integer(11);
  presence.settled = row.integer(12);
  presence.failed = row.integer(13);
  presence.requests = row.integer(14);
  presence.stopped = read_stopped(row.text(15));
  return presence;
}

}  // namespace

Status DaemonRows::tell(const Presence& presence) {
  if (!has_cleared_) {
    auto cleared = connection_.query(names_.expand(kClear));
    if (!cleared) return std::move(cleared).error().in("leaving word of this daemon");
    has_cleared_ = true;
  }
  const Param last = presence.last_success ? Param(presence.last_success->count()) : Param(nullptr);
  auto rows = connection_.query(
      names_.expand(kTell),
      {instance_, static_cast<std::int64_t>(getpid()), presence.version, presence.ended, last,
       presence.moodle_ready, presence.moodle_since.count(), storable(presence.moodle_code),
       storable(presence.moodle_reason), presence.in_flight, presence.settled, presence.failed,
       presence.requests, stopped_text(presence.stopped)});
  if (!rows) return std::move(rows).error().in("leaving word of this daemon");
  return ok();
}

Result<std::vector<Presence>> DaemonRows::list() {
  auto rows = connection_.query(names_.expand(kList));
  if (!rows) return std::move(rows).error().in("reading which daemons run");
  std::vector<Presence> list;
  list.reserve(static_cast<std::size_t>(rows->size()));
  for (int i = 0; i < rows->size(); ++i) list.push_back(read_presence((*rows)[i]));
  return list;
}

}  // namespace moodlesync::postgres

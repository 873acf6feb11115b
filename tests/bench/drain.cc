// Our own ceiling: a hundred thousand changes of all components at a Moodle that takes no time.
#include <sys/resource.h>

#include "bench_site.h"
#include "measurements.h"

namespace moodlesync::bench {

namespace {

/// Statements that this site's database has run, by pg_stat_statements.
double statements(BenchSite& site) {
  return static_cast<double>(
      site.rig().drupal().sql().number("SELECT coalesce(sum(calls), 0)::bigint FROM "
                                       "pg_stat_statements WHERE dbid = (SELECT oid FROM "
                                       "pg_database WHERE datname = current_database())"));
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double queued(BenchSite& site) {
  return static_cast<double>(
      site.rig().drupal().sql().number("SELECT count(*) FROM moodle_sync.change"));
}

/// Drains what is queued and tells what it took. The loop runs on this thread, so its processor
/// time is the daemon's alone.
void drain(BenchSite& site, BenchTable& table, const std::string& what, double goal) {
  const double changes = queued(site);
  const double calls_before = site.moodle().count();
  const double statements_before = statements(site);
  const double cpu_before = cpu_seconds();
  const double seconds = site.sync();
  const double cpu = cpu_seconds() - cpu_before;
  if (goal > 0) {
    table.at_least(what, changes / seconds, "changes/s", goal);
  } else {
    table.tell(what, changes / seconds, "changes/s");
  }
  table.tell("  changes", changes, "");
  table.tell("  calls to Moodle", site.moodle().count() - calls_before, "");
  table.tell("  statements", statements(site) - statements_before, "");
  table.tell("  the daemon's own processor time", cpu / changes * 1e6, "us/change");
}

/// All that a migration script might touch, past the entity API; the triggers see each row.
void touch_everything(testsupport::DrupalSite& drupal) {
  drupal.sql().script(
      "UPDATE users SET uuid = uuid WHERE uid > 0; UPDATE node SET uuid = uuid;"
      "UPDATE taxonomy_term_data SET uuid = uuid; UPDATE profile SET uuid = uuid;"
      "UPDATE registration SET state = state");
}

}  // namespace

void measure_drain(const Scale& scale, BenchTable& table) {
  BenchSite site;
  site.rig().drupal().sql().script("CREATE EXTENSION pg_stat_statements");
  site.campus().add_sections();
  site.campus().add_courses(scale.of(2'000), 0);
  site.people().add_cohorts(50);
  site.people().add_roles();
  site.people().add_users(scale.of(20'000));
  site.people().add_registrations(2);
  site.rig().drupal().sql().script("ANALYZE");
  drain(site, table, "first load of everything", 0);
  touch_everything(site.rig().drupal());
  drain(site, table, "drain where nothing differs", 20'000);
  site.rig().drupal().sql().script(
      "UPDATE users_field_data SET changed = changed + 10 WHERE uid > 0;"
      "UPDATE user__field_last_name SET field_last_name_value = field_last_name_value || ' II';"
      "UPDATE node_field_data SET title = title || ' II', changed = changed + 10");
  touch_everything(site.rig().drupal());
  drain(site, table, "drain where every person and course differs", 20'000);
}

}  // namespace moodlesync::bench

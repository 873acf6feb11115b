// Our own ceiling: a hundred thousand changes of all components at a Moodle that takes no time.
#include <sys/resource.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "bench_site.h"
#include "engine/clerk_beside.h"
#include "measurements.h"

namespace moodlesync::bench {

namespace {

/// What this site's database has done, by pg_stat_statements.
constexpr const char* kDone =
    " FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = "
    "current_database()) AND toplevel";

double statements(BenchSite& site) {
  return static_cast<double>(site.rig().drupal().sql().number(
      std::string("SELECT coalesce(sum(calls), 0)::bigint") + kDone));
}

/// `time`: total_exec_time or total_plan_time.
double database_seconds(BenchSite& site, const std::string& time) {
  return static_cast<double>(site.rig().drupal().sql().number("SELECT coalesce(sum(" + time +
                                                              ") * 1000, 0)::bigint" + kDone)) /
         1e6;
}

void forget_statements(BenchSite& site) {
  static_cast<void>(site.rig().drupal().sql().text("SELECT pg_stat_statements_reset()"));
}

/// The statements that took longest: milliseconds executing, planning, calls, rows, text.
void print_dearest(BenchSite& site, const std::string& what) {
  std::cerr << "== " << what << "\n"
            << site.rig().drupal().sql().text(
                   "SELECT string_agg(line, E'\n') FROM (SELECT format('%s ms + %s ms, %s x, %s "
                   "rows: %s', round(total_exec_time), round(total_plan_time), calls, rows, "
                   "left(regexp_replace(query, '\\s+', ' ', 'g'), 150)) AS line" +
                   std::string(kDone) +
                   " ORDER BY total_exec_time + total_plan_time DESC LIMIT 25) x")
            << "\n";
}

/// Of the clerks, who have threads of their own.
double clerk_seconds() {
  double nanoseconds = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    double ran = 0;
    std::ifstream(task.path() / "comm") >> name;
    std::ifstream(task.path() / "schedstat") >> ran;
    if (name == engine::kClerkThread) nanoseconds += ran;
  }
  return nanoseconds / 1e9;
}

/// Of the daemon: its loop is on this thread.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime) + clerk_seconds();
}

double queued(BenchSite& site) {
  return static_cast<double>(
      site.rig().drupal().sql().number("SELECT count(*) FROM moodle_sync.change"));
}

void tell_rate(BenchTable& table, const std::string& what, double rate, double goal) {
  if (goal > 0) {
    table.at_least(what, rate, "changes/s", goal);
  } else {
    table.tell(what, rate, "changes/s");
  }
}

/// The same work by two daemons: they take turns with nobody, so both cores are busy.
void drain_side_by_side(BenchSite& site, const Scale& scale, BenchTable& table,
                        const std::string& what, double goal) {
  const double changes = queued(site);
  forget_statements(site);
  const double seconds = site.sync(2);
  tell_rate(table, what, changes / seconds, goal);
  table.tell("  all time", seconds / changes * 1e6, "us/change");
  if (scale.statements) print_dearest(site, what);
}

/// Drains what is queued and tells what it took.
void drain(BenchSite& site, const Scale& scale, BenchTable& table, const std::string& what,
           double goal) {
  const double changes = queued(site);
  const double calls_before = site.moodle().count();
  forget_statements(site);
  const double cpu_before = cpu_seconds();
  const double seconds = site.sync();
  const double cpu = cpu_seconds() - cpu_before;
  tell_rate(table, what, changes / seconds, goal);
  table.tell("  changes", changes, "");
  table.tell("  calls to Moodle", site.moodle().count() - calls_before, "");
  const auto per_change = [&](double time) { return time / changes * 1e6; };
  table.tell("  statements", statements(site), "");
  table.tell("  all time", per_change(seconds), "us/change");
  table.tell("  the daemon's own processor time", per_change(cpu), "us/change");
  table.tell("  PostgreSQL executing", per_change(database_seconds(site, "total_exec_time")),
             "us/change");
  table.tell("  PostgreSQL planning", per_change(database_seconds(site, "total_plan_time")),
             "us/change");
  if (scale.statements) print_dearest(site, what);
}

/// All that a migration script might touch, past the entity API; the triggers see each row.
void touch_everything(testsupport::DrupalSite& drupal) {
  drupal.sql().script(
      "UPDATE users SET uuid = uuid WHERE uid > 0; UPDATE node SET uuid = uuid;"
      "UPDATE taxonomy_term_data SET uuid = uuid; UPDATE profile SET uuid = uuid;"
      "UPDATE registration SET state = state");
}

void rename_everybody(testsupport::DrupalSite& drupal, const std::string& more) {
  drupal.sql().script(
      "UPDATE users_field_data SET changed = changed + 10 WHERE uid > 0;"
      "UPDATE user__field_last_name SET field_last_name_value = field_last_name_value || '" +
      more + "';UPDATE node_field_data SET title = title || '" + more +
      "', changed = changed + 10");
  touch_everything(drupal);
}

/// Each id that was written is looked at once more a few seconds later; that is no part of what
/// comes next.
void look_again(BenchSite& site) {
  site.rig().skip_waits();
  static_cast<void>(site.sync());
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
  drain(site, scale, table, "first load of everything", 0);
  look_again(site);
  touch_everything(site.rig().drupal());
  drain(site, scale, table, "drain where nothing differs", 20'000);
  rename_everybody(site.rig().drupal(), " II");
  drain(site, scale, table, "drain where every person and course differs", 20'000);
  static_cast<void>(site.sync(2));  // A daemon that has just begun looks at everything once.
  touch_everything(site.rig().drupal());
  drain_side_by_side(site, scale, table, "two daemons where nothing differs", 20'000);
  rename_everybody(site.rig().drupal(), " III");
  drain_side_by_side(site, scale, table, "two daemons where every person and course differs",
                     20'000);
}

}  // namespace moodlesync::bench
